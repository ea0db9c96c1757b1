import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Mark {
  readonly name: string;
  readonly value: number;
  readonly limit: string;
  readonly met: boolean;
}

/** The mark that `value` is at most `limit`, rounded for reading. */
export const atMost = (name: string, value: number, limit: number): Mark => ({
  name,
  value: round(value),
  limit: `<= ${limit}`,
  met: value <= limit,
});

export const round = (value: number): number => Number(value.toPrecision(3));

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** The last line of a benchmark. */
export const report = (bench: string, figures: Record<string, unknown>, marks: readonly Mark[]): void => {
  console.log(JSON.stringify({ bench, figures, marks }));
};

/** Asks until there is a 200; the time is what is measured, so it asks again at once. */
export const answers = async (url: string, child: ChildProcess): Promise<void> => {
  while (child.exitCode === null) {
    const ok = await fetch(url)
      .then(async (response) => {
        await response.arrayBuffer();
        return response.ok;
      })
      .catch(() => false);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`The server for ${url} ended with ${child.exitCode}.`);
};

/** Milliseconds from spawn to the first 200, and the process, still running. */
export const timeToAnswer = async (
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  url: string,
): Promise<{ ms: number; child: ChildProcess }> => {
  const start = performance.now();
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  await answers(url, child);
  return { ms: performance.now() - start, child };
};

export const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
};
