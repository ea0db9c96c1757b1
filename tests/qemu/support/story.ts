import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tools/setup/paths.mjs';
import { INSPECTABLE, openScreen, type Screen } from './kiosk.ts';
import { type Machine, type MachineOptions, startMachine } from './machine.ts';
import { showsDesktop } from './splash.ts';
import { waitFor } from './wait.ts';

/** An emulated processor on a shared machine: what takes a second on a desk takes a minute here. */
export const BOOT_MS = 8 * 60_000;
const PICTURES = join(ROOT, 'test-results', 'qemu');

/** One computer over several starts; each chapter of the tests goes on where the one before has left it. */
export interface Story {
  readonly image: string;
  readonly machine: Machine;
  readonly screen: Screen;
  /** Switches the computer on: a new one the first time, the same one after. */
  boot(options?: Pick<MachineOptions, 'withKey' | 'credentials' | 'kernelWords' | 'keyboard'>): Promise<void>;
  /** Waits until the screen shows the desktop. */
  painted(): Promise<void>;
  /** Looks into the browser on the screen, which must show the desktop. */
  look(): Promise<Screen>;
  /** Root's shell. */
  guest(command: string, options?: { readonly input?: string; readonly timeoutMs?: number }): Promise<string>;
  /** Keeps what is on the screen for people: test-results/qemu. */
  photograph(name: string): Promise<void>;
  end(): Promise<void>;
}

export const createStory = (image: string): Story => {
  mkdirSync(PICTURES, { recursive: true });
  let machine: Machine | undefined;
  let screen: Screen | undefined;
  const running = (): Machine => {
    if (machine === undefined) throw new Error('The machine was never started');
    return machine;
  };
  return {
    image,
    get machine() {
      return running();
    },
    get screen() {
      if (screen === undefined) throw new Error('Nobody looks into the browser');
      return screen;
    },
    async boot(options) {
      await screen?.close();
      screen = undefined;
      const folder = machine?.folder;
      machine = await startMachine({
        image,
        ...options,
        credentials: { ...INSPECTABLE, ...options?.credentials },
        ...(folder === undefined ? {} : { folder }),
      });
    },
    painted: async () =>
      void (await waitFor('the desktop on the screen', async () => showsDesktop(await running().screen()), {
        timeoutMs: BOOT_MS,
        everyMs: 500,
      })),
    async look() {
      await screen?.close();
      screen = await openScreen(running(), BOOT_MS);
      return screen;
    },
    guest: (command, options) => running().ssh.run(command, options),
    photograph: (name) => running().photograph(join(PICTURES, `${name}.png`)),
    async end() {
      await screen?.close().catch(() => {});
      await machine?.dispose();
    },
  };
};
