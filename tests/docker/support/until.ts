import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Engine } from './engine.ts';

/** Resolves at the first line of a command that goes on printing (`docker logs --follow`, `docker events`). */
export const untilLine = (
  { env }: Pick<Engine, 'env'>,
  args: readonly string[],
  matches: (line: string) => boolean,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn('/usr/bin/docker', args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const seen: string[] = [];
    const read = (line: string) => {
      seen.push(line);
      if (!matches(line)) return;
      child.kill();
      resolve(line);
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    child.on('error', reject);
    child.on('close', () =>
      reject(new Error(`It ended before the line came:\n${seen.slice(-30).join('\n')}`)),
    );
  });

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
