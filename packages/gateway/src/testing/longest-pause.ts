import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { GatewayProcess } from './gateway-process.ts';

/** How long a process's main thread was ready to run and the machine was busy with others, ms. */
const waited = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').catch(() => '0 0 0');
  return Number(stat.split(' ')[1]) / 1e6;
};

/** Asks for `/health` until `over`; the longest answer, without the time in which either of the two could not run. */
export const longestPause = async ({ url, child }: GatewayProcess, over: AbortSignal): Promise<number> => {
  const pid = child.pid ?? 0;
  const others = async () => (await waited(pid)) + (await waited(process.pid));
  let longest = 0;
  while (!over.aborted) {
    const before = await others();
    const started = performance.now();
    await (await fetch(`${url}/health`)).text();
    const took = performance.now() - started;
    longest = Math.max(longest, took - ((await others()) - before));
    await wait(2);
  }
  return longest;
};
