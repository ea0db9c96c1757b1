import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoginAnswer, PAGE_KEY_HEADER } from '@matrix-os/contracts';
import { createConfinement } from '@matrix-os/kernel';
import { createLogger } from '@matrix-os/kit';
import { onTestFinished } from 'vitest';
import { createActivity } from '../activity.ts';
import { createApp } from '../app.ts';
import { createAttempts } from '../auth/attempts.ts';
import { createAuth } from '../auth/auth.ts';
import { createFileTickets } from '../auth/file-tickets.ts';
import { createLoginCodes } from '../auth/login-codes.ts';
import { openLogins } from '../auth/logins.ts';
import { createPeers } from '../http/peer.ts';
import { createSiteGuard } from '../http/same-site.ts';
import { createStrangers } from '../http/strangers.ts';
import { createMemoryKernel, type MemoryKernel } from './memory-kernel.ts';

export const TEST_TOKEN = 'test-token-of-this-gateway';

export interface BrowserHeaders extends Record<string, string> {
  readonly cookie: string;
  readonly [PAGE_KEY_HEADER]: string;
}

/** From the answer to a login: the cookie, and the key that the page keeps. */
export const browserHeaders = async (login: Response): Promise<BrowserHeaders> => ({
  cookie: login.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '',
  [PAGE_KEY_HEADER]: LoginAnswer.parse(await login.json()).key,
});

export const makeFolder = async (name: string): Promise<string> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `matrix-${name}-`)));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** All of the gateway's HTTP without a socket, over a home of its own. */
export const createTestApp = async (
  options: {
    answer?: Parameters<typeof createMemoryKernel>[0]['answer'];
    now?: () => number;
    kernel?: MemoryKernel;
  } = {},
) => {
  const home = await makeFolder('home');
  const state = await makeFolder('state');
  const now = options.now ?? Date.now;
  const kernel =
    options.kernel ?? createMemoryKernel({ home, ...(options.answer && { answer: options.answer }) });
  const logins = await openLogins({ path: join(state, 'auth.json'), now });
  const codes = createLoginCodes({ now });
  const tickets = createFileTickets({ now });
  const peers = createPeers({ trustedProxies: { has: () => false } });
  const activity = createActivity({ now, isTurnRunning: () => kernel.queue().running.length > 0 });
  const app = createApp({
    kernel,
    confinement: createConfinement(home),
    auth: createAuth({ logins, tickets, bearerToken: TEST_TOKEN }),
    login: { logins, codes, attempts: createAttempts({ now }), peers },
    tickets,
    peers,
    strangers: createStrangers(peers),
    site: createSiteGuard({ hosts: ['bob.example.org', '*.os.example.org'] }),
    activity,
    health: {
      kernel,
      activity,
      release: { version: '0.1.0', commit: null, startedAt: new Date(now()) },
      openTerminals: () => 0,
      nextWakeAt: () => null,
      problems: () => [],
    },
    log: createLogger({ name: 'test', level: 'silent' }),
  });
  /** As a program of the owner's, unless told otherwise. */
  const request = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    app.request(`http://localhost:4000${path}`, {
      ...init,
      headers: { host: 'localhost:4000', authorization: `Bearer ${TEST_TOKEN}`, ...init.headers },
    });
  /** As anyone: no credentials. */
  const anonymous = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    app.request(`http://localhost:4000${path}`, {
      ...init,
      headers: { host: 'localhost:4000', ...init.headers },
    });
  const postJson = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    request(path, { method: 'POST', body: JSON.stringify(body), headers });
  /** What a signed-in browser's page sends along. */
  const signIn = async (): Promise<BrowserHeaders> => {
    const { code } = codes.issue();
    return browserHeaders(await anonymous('/auth/login', { method: 'POST', body: JSON.stringify({ code }) }));
  };
  return { app, kernel, home, state, codes, logins, activity, request, anonymous, postJson, signIn };
};
