import { type Browser, chromium, type Page } from 'playwright-core';
import type { Machine } from './machine.ts';
import { waitFor } from './wait.ts';

/**
 * Opens the machine's own browser to the tests. The image does not allow that; a drop-in that only the machine's
 * firmware can hand over does, on the guest's loopback.
 */
export const INSPECTABLE = {
  'systemd.unit-dropin.matrix-kiosk.service': `[Service]
Environment=MATRIX_KIOSK_FLAGS=--remote-debugging-port=9222
InaccessiblePaths=/etc/chromium/policies/managed/no-inspection.json
`,
} as const;

export interface Screen {
  readonly page: Page;
  close(): Promise<void>;
}

/**
 * The page on the machine's screen, once it is the desktop. Only when the desktop is seen: whoever looks into a browser that
 * is still starting may stop it.
 */
export const openScreen = async (machine: Machine, timeoutMs: number): Promise<Screen> => {
  const port = await machine.ssh.forward(9222);
  const browser: Browser = await waitFor(
    'the browser on the screen',
    // Otherwise whoever looks in makes it a light page, and takes the owner's downloads.
    () => chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: 60_000, noDefaults: true }),
    { timeoutMs, everyMs: 1000 },
  );
  const page = await waitFor(
    'the desktop',
    async () =>
      browser
        .contexts()[0]
        ?.pages()
        .find((candidate) => new URL(candidate.url()).pathname === '/'),
    { timeoutMs },
  );
  return { page, close: () => browser.close() };
};
