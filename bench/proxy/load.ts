import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Load {
  readonly requestsPerSecond: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
}

/** A POST of 2.4 kB, as a short conversation is. */
const body = JSON.stringify({
  model: 'claude-sonnet-4-6',
  max_tokens: 1024,
  system: 'You are a helpful assistant.',
  messages: [{ role: 'user', content: 'Lorem ipsum dolor sit amet, consectetur elit. '.repeat(48) }],
});

/** wrk, so that the load costs next to nothing. @throws when any answer was not a 200 */
export const createLoad = async (folder: string) => {
  const script = join(folder, 'post.lua');
  const wrk = async (
    port: number,
    connections: number,
    seconds: number,
    headers: Record<string, string>,
  ): Promise<Load> => {
    const lines = Object.entries({ 'content-type': 'application/json', ...headers }).map(
      ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
    );
    await writeFile(
      script,
      `wrk.method = "POST"
wrk.body = [==[${body}]==]
${lines.join('\n')}
done = function(summary, latency)
  local errors = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format("RESULT %d %d %f %f %d\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors))
end
`,
    );
    const { stdout } = await run('wrk', [
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--timeout',
      '30s',
      '-s',
      script,
      `http://127.0.0.1:${port}/v1/messages`,
    ]).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new Error('wrk is missing. Get it with: apt-get install wrk') : error;
    });
    const [requests = 0, duration = 1, p50 = 0, p99 = 0, errors = 0] = (/RESULT (.*)/.exec(stdout)?.[1] ?? '')
      .split(' ')
      .map(Number);
    if (errors > 0 || requests === 0)
      throw new Error(`port ${port}: ${errors} of ${requests} requests failed`);
    return {
      requestsPerSecond: (requests / duration) * 1e6,
      p50Microseconds: p50,
      p99Microseconds: p99,
    };
  };
  return { bytes: Buffer.byteLength(body), wrk };
};

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};
