import { once } from 'node:events';
import type { Socket } from 'node:net';
import { LoginCode } from '@matrix-os/contracts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { memoryOf, openCrowd, socketsOf, UNFINISHED } from '../support/crowd.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

const MEGABYTE = 1024 * 1024;
/** What a thousand may cost: mostly buffers that have been let go and not yet collected. Unbounded they cost 1,100. */
const MAX_MEGABYTES = 256;

let os: RunningOs;
beforeAll(async () => {
  os = await startOs();
});
afterAll(() => os?.dispose());

/** The owner's browser arrives with a fresh code; answers how long that took, in milliseconds. */
const signIn = async (door: string): Promise<number> => {
  const { code } = LoginCode.parse(await (await os.request('/auth/codes', { method: 'POST' })).json());
  const began = performance.now();
  if (door === os.url) expect((await fetch(`${door}/login`)).status).toBe(200);
  const answer = await fetch(`${door}/auth/login`, { method: 'POST', body: JSON.stringify({ code }) });
  expect(answer.status).toBe(200);
  return performance.now() - began;
};

const crowd = async (door: string, count: number, text = ''): Promise<Socket[]> => {
  const sockets = await openCrowd({ port: Number(new URL(door).port), count, text });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return sockets;
};

// Milliseconds; all that a thousand ask for at the desktop goes through two processes.
describe.each([
  ['the gateway', () => os.gatewayUrl, 2000],
  ['the desktop', () => os.url, 5000],
])('a thousand strangers at %s', (_door, doorOf, patience) => {
  it.each(Object.entries(UNFINISHED))('who %s cost little, and keep nobody out', async (_what, text) => {
    const door = doorOf();
    // What the first login loads stays, and is none of theirs.
    await signIn(door);
    const services = (['gateway', 'shell'] as const).map((name) => {
      const pid = os.pidOf(name);
      return { name, pid, before: memoryOf(pid) };
    });
    await crowd(door, 1000, text);
    for (let round = 0; round < 5; round++) {
      expect(await signIn(door)).toBeLessThan(patience);
      for (const { name, pid, before } of services)
        expect([name, Math.max(MAX_MEGABYTES, (memoryOf(pid) - before) / MEGABYTE)]).toEqual([
          name,
          MAX_MEGABYTES,
        ]);
    }
    for (const { name, pid } of services)
      await expect.poll(() => socketsOf(pid), { message: name, timeout: 5000 }).toBeLessThan(600);
  });

  it('who say no more are gone after a while', async () => {
    const door = doorOf();
    const slow = [
      ...(await crowd(door, 50, UNFINISHED['send all of a small body but its end'])),
      ...(await crowd(door, 50, UNFINISHED['never finish their headers'])),
      ...(await crowd(door, 50)),
    ];
    await Promise.all(slow.map((socket) => socket.closed || once(socket.resume(), 'close')));
    expect(await signIn(door)).toBeLessThan(patience);
  });
});
