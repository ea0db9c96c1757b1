import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Engine } from './engine.ts';

/** Resolves at the first line of either output that matches. @throws Error with the last ones when it ends before */
export const untilOutput = (child: ChildProcess, matches: (line: string) => boolean): Promise<string> =>
  new Promise((resolve, reject) => {
    const seen: string[] = [];
    const read = (line: string) => {
      seen.push(line);
      if (matches(line)) resolve(line);
    };
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', read);
    }
    child.on('error', reject);
    child.on('close', () =>
      reject(new Error(`It ended before the line came:\n${seen.slice(-30).join('\n')}`)),
    );
  });

/** The same for a command of Docker's that goes on printing (`logs --follow`, `events`), which is ended then. */
export const untilLine = async (
  { env }: Pick<Engine, 'env'>,
  args: readonly string[],
  matches: (line: string) => boolean,
): Promise<string> => {
  const child = spawn('/usr/bin/docker', args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    return await untilOutput(child, matches);
  } finally {
    child.kill();
  }
};

/** Resolves with what Docker says of the container's health once that is `wanted`, now or later. */
export const untilHealth = async (
  engine: Pick<Engine, 'env' | 'docker'>,
  container: string,
  wanted: 'healthy' | 'unhealthy' = 'healthy',
): Promise<void> => {
  // What an earlier run of the same container went through is not asked for.
  const since = await engine.docker('inspect', '--format', '{{.State.StartedAt}}', container);
  const events = [
    'events',
    '--since',
    since,
    '--filter',
    `container=${container}`,
    '--format',
    '{{.Action}}',
  ];
  const changed = untilLine(engine, events, (line) => line === `health_status: ${wanted}` || line === 'die');
  changed.catch(() => undefined);
  const status = ['inspect', '--format', '{{.State.Health.Status}}', container];
  if ((await engine.docker(...status)) === wanted) return;
  await changed;
  if ((await engine.docker(...status)) !== wanted) {
    throw new Error(`${container} is not ${wanted}:\n${await engine.docker('logs', container)}`);
  }
};
