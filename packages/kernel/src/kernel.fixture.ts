import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventEnvelope, KernelEvent } from '@matrix-os/contracts';
import { createLogger } from '@matrix-os/kit';
import { createModelServer, type ModelServer } from '../../../tests/support/model-server/model-server.ts';
import type { Script } from '../../../tests/support/model-server/script.ts';
import { createKernel } from './create-kernel.ts';
import type { Kernel, KernelOptions } from './kernel.ts';

export interface TestKernel {
  readonly kernel: Kernel;
  readonly home: string;
  readonly state: string;
  readonly model: ModelServer;
  /** Every event since the kernel was made. */
  readonly events: EventEnvelope[];
  /** The first event, past or future, for which this holds. */
  event<Type extends KernelEvent['type']>(
    type: Type,
    matches?: (event: Extract<KernelEvent, { type: Type }>, envelope: EventEnvelope) => boolean,
  ): Promise<Extract<KernelEvent, { type: Type }>>;
  /** The same home and state in a new kernel, as after a restart. */
  restart(options?: Partial<KernelOptions>): Promise<TestKernel>;
  close(): Promise<void>;
}

const TEMPLATE = join(import.meta.dirname, '../../../home');

const wrap = async (
  model: ModelServer,
  root: string,
  options: Partial<KernelOptions>,
): Promise<TestKernel> => {
  const state = join(root, 'state');
  const given: KernelOptions = {
    homePath: join(root, 'home'),
    statePath: state,
    templatePath: TEMPLATE,
    version: '0.0.0-test',
    autonomy: 'free',
    engine: { apiKey: 'sk-test-0123456789', baseUrl: model.url, model: undefined, executable: undefined },
    processEnvironment: { PATH: process.env.PATH ?? '', HOME: root, LANG: 'C.UTF-8' },
    log: createLogger({ name: 'test', level: process.env.TEST_LOG ?? 'fatal' }),
    ...options,
  };
  const kernel = await createKernel(given);
  const events: EventEnvelope[] = [];
  const watchers = new Set<() => void>();
  kernel.events.subscribe((envelope) => {
    events.push(envelope);
    for (const check of watchers) check();
  });
  return {
    kernel,
    home: kernel.home.path,
    state,
    model,
    events,
    event: (type, matches = () => true) =>
      new Promise((resolve) => {
        const check = () => {
          for (const envelope of events) {
            const event = envelope.event as Extract<KernelEvent, { type: typeof type }>;
            if (envelope.event.type !== type || !matches(event, envelope)) continue;
            watchers.delete(check);
            resolve(event);
            return;
          }
        };
        watchers.add(check);
        check();
      }),
    async restart(changed = {}) {
      await kernel.close(0);
      return wrap(model, root, { ...options, ...changed });
    },
    async close() {
      await kernel.close(0);
      await model.close();
      await rm(root, { recursive: true, force: true });
    },
  };
};

/** A whole kernel with the real engine program, in folders of its own, on a scripted model. */
export const createTestKernel = async (
  script: Script,
  options: Partial<KernelOptions> = {},
): Promise<TestKernel> => {
  const model = await createModelServer({ script });
  const root = await mkdtemp(join(tmpdir(), 'matrix-kernel-'));
  return wrap(model, root, options).catch(async (error: unknown) => {
    await model.close();
    await rm(root, { recursive: true, force: true });
    throw error;
  });
};

/** Every living process whose environment or command line names this text. */
export const processesNaming = async (text: string): Promise<number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const named = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
      const [state, ...rest] = await Promise.all([read('stat'), read('environ'), read('cmdline')]);
      const zombie = state.slice(state.lastIndexOf(')') + 2).startsWith('Z');
      return !zombie && rest.some((one) => one.includes(text)) ? Number(pid) : undefined;
    }),
  );
  return named.filter((pid) => pid !== undefined && pid !== process.pid) as number[];
};
