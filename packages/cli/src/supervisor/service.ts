import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { AppError } from '@matrix-os/kit';

const STARTUP_LIMIT_MS = 30_000;
// The services promise to be gone within 8 s; ours is 10.
const GRACE_MS = 9000;
const TAIL_CHARACTERS = 4000;
// After standard input, output and error.
const FIRST_SECRET_FD = 3;

export interface ServiceOptions {
  readonly name: string;
  readonly entry: string;
  /** Without any secret: as long as the service runs, whoever runs as its user can read it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Each comes to the service by a descriptor of its own, which `NAME_FILE` names. */
  readonly secrets: Readonly<Record<string, string | undefined>>;
  readonly log: (chunk: Buffer) => void;
}

/** One run of one service process. */
export interface ServiceRun {
  /** Resolves when the service says it listens. @throws AppError `unavailable` with what the service said when it ends before */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone, whatever ended it. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Asks, waits, then kills. */
  stop(): Promise<void>;
}

/** Its standard input stays open as long as we live, so that it can tell when we don't. */
export const startService = (options: ServiceOptions): ServiceRun => {
  const secrets = Object.entries(options.secrets).filter((entry) => entry[1] !== undefined);
  const files = secrets.map(([name], index) => [`${name}_FILE`, `/dev/fd/${FIRST_SECRET_FD + index}`]);
  const child: ChildProcess = spawn(
    process.execPath,
    // No debugger for whoever may send a signal.
    ['--disable-sigusr1', '--disable-warning=ExperimentalWarning', options.entry],
    {
      env: { ...options.environment, ...Object.fromEntries(files), MATRIX_SUPERVISED: '1' },
      stdio: ['pipe', 'pipe', 'pipe', ...secrets.map(() => 'pipe' as const)],
    },
  );
  child.stdin?.on('error', () => {});
  for (const [index, [, value]] of secrets.entries()) {
    const pipe = child.stdio[FIRST_SECRET_FD + index] as Writable | undefined;
    // A service that ends before it has read is told of by its own last words.
    pipe?.on('error', () => {});
    pipe?.end(value);
  }
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-TAIL_CHARACTERS);
    options.log(chunk);
  });

  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('error', () => resolve({ code: 1, signal: null }));
    child.on('close', (code, signal) => resolve({ code, signal }));
  });

  const ready = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => {
      reject(
        new AppError('unavailable', `${options.name} did not start within ${STARTUP_LIMIT_MS / 1000} s.`),
      );
      child.kill('SIGKILL');
    }, STARTUP_LIMIT_MS);
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (!isReadyLine(line)) return;
        clearTimeout(late);
        resolve();
      });
    }
    void exited.then(({ code, signal }) => {
      clearTimeout(late);
      reject(new AppError('unavailable', lastWords(tail) ?? `${options.name} ended (${signal ?? code}).`));
    });
  });
  // Whoever awaits `ready` hears of a failure; nobody has to.
  ready.catch(() => {});

  return {
    ready,
    exited,
    async stop() {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await exited;
      clearTimeout(kill);
    },
  };
};

const isReadyLine = (line: string): boolean => {
  try {
    return JSON.parse(line).event === 'ready';
  } catch {
    return false;
  }
};

/** What a service said for people before it ended: the lines that are not JSON. */
const lastWords = (tail: string): string | undefined => {
  const lines = tail.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  return lines.length === 0 ? undefined : lines.slice(-8).join('\n');
};
