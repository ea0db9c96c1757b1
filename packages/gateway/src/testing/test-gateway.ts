import { LoginCode } from '@matrix-os/contracts';
import { type AddressRanges, createLogger } from '@matrix-os/kit';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { startGateway } from '../gateway.ts';
import { createMemoryKernel, type MemoryKernel } from './memory-kernel.ts';
import { browserHeaders, makeFolder, TEST_TOKEN } from './test-app.ts';

/** The whole gateway on a port of its own, over a kernel that the test holds in its hands. */
export const startTestGateway = async (
  options: {
    answer?: Parameters<typeof createMemoryKernel>[0]['answer'];
    home?: string;
    state?: string;
    kernel?: MemoryKernel;
    trustedProxies?: AddressRanges;
  } = {},
) => {
  const home = options.home ?? (await makeFolder('home'));
  const statePath = options.state ?? (await makeFolder('state'));
  const kernel =
    options.kernel ?? createMemoryKernel({ home, ...(options.answer && { answer: options.answer }) });
  const gateway = await startGateway({
    startKernel: async () => kernel,
    statePath,
    authToken: TEST_TOKEN,
    environment: { PATH: process.env.PATH ?? '', HOME: home, LANG: 'C.UTF-8', SHELL: '/bin/bash' },
    address: '127.0.0.1',
    port: 0,
    hosts: [],
    trustedProxies: options.trustedProxies ?? { has: () => false },
    release: { version: '0.1.0', commit: null, startedAt: new Date() },
    log: createLogger({ name: 'test', level: 'silent' }),
  });
  onTestFinished(() => gateway.close());
  const authority = `127.0.0.1:${gateway.port}`;
  const request = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    fetch(`http://${authority}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${TEST_TOKEN}`, ...init.headers },
    });
  const connect = (
    path: string,
    headers: Record<string, string> = { authorization: `Bearer ${TEST_TOKEN}` },
    protocols: string[] = [],
  ) => {
    const socket = new WebSocket(`ws://${authority}${path}`, protocols, { headers });
    onTestFinished(() => {
      // One that was refused has nothing to end, and says so.
      socket.on('error', () => undefined);
      socket.terminate();
    });
    return socket;
  };
  /** What a signed-in browser's page sends along. */
  const signIn = async () => {
    const { code } = LoginCode.parse(await (await request('/auth/codes', { method: 'POST' })).json());
    const body = JSON.stringify({ code });
    return browserHeaders(await fetch(`http://${authority}/auth/login`, { method: 'POST', body }));
  };
  return { signIn, gateway, kernel, home, statePath, authority, request, connect };
};
