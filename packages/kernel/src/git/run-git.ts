import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { AppError, isErrnoException } from '@matrix-os/kit';

interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface Git {
  /** Runs git on the home's repository. @throws GitFailure unless it ends with 0 */
  run(args: readonly string[], input?: GitInput): Promise<Buffer>;
  /** The same, when a failure is an answer too. */
  attempt(args: readonly string[], input?: GitInput): Promise<GitResult>;
}

type GitInput = string | Buffer | AsyncIterable<string | Uint8Array>;

/** Git ran and refused. A bug or a damaged repository, never the owner's mistake. */
class GitFailure extends Error {
  override readonly name = 'GitFailure';
}

const TIMEOUT_MS = 120_000;
const USUAL_PATH = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin';

// The owner may configure the repository for their own use. These win over it: nothing may run a program or change what a
// snapshot holds. Nothing that we call reads the home, so attributes and ignore files have no say either.
const OVERRIDES: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.attributesFile': '/dev/null',
  'core.autocrlf': 'false',
  'core.quotePath': 'false',
  'core.sparseCheckout': 'false',
  'core.logAllRefUpdates': 'true',
  // Names that some other file system takes for ".git" are names like any other here: see tree-path.ts.
  'core.protectHFS': 'false',
  'core.protectNTFS': 'false',
  // A power cut must not leave a commit whose files are empty; batched, that costs one flush.
  'core.fsync': 'committed,loose-object,index,reference',
  'core.fsyncMethod': 'batch',
  'commit.gpgSign': 'false',
  'merge.default': 'text',
  'gc.auto': '0',
  'gc.autoDetach': 'false',
  'gc.recentObjectsHook': '',
  'maintenance.auto': 'false',
};

const environmentFor = (path: string): Record<string, string> => {
  const environment: Record<string, string> = {
    PATH: path,
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: '',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_AUTHOR_NAME: 'Matrix OS',
    GIT_AUTHOR_EMAIL: 'os@matrix.local',
    GIT_COMMITTER_NAME: 'Matrix OS',
    GIT_COMMITTER_EMAIL: 'os@matrix.local',
  };
  const overrides = Object.entries(OVERRIDES);
  environment.GIT_CONFIG_COUNT = String(overrides.length);
  for (const [index, [key, value]] of overrides.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
};

/** The machine's git on one home, deaf to every configuration but ours. `path` is where programs are looked for. */
export const createGit = ({
  home,
  history,
  path = USUAL_PATH,
}: {
  readonly home: string;
  /** The repository: see `historyPath`. */
  readonly history: string;
  readonly path?: string;
}): Git => {
  const environment = environmentFor(path);
  // Named outright: the ".git" of the home, which anything in the home can exchange, is never asked.
  const place = [`--git-dir=${history}`, `--work-tree=${home}`];

  const attempt = (args: readonly string[], input?: GitInput): Promise<GitResult> =>
    new Promise((resolve, reject) => {
      const child = spawn('git', [...place, ...args], {
        cwd: home,
        env: environment,
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: TIMEOUT_MS,
        killSignal: 'SIGKILL',
      });
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      // A git that ends before it has read everything says so by its exit code.
      child.stdin.on('error', () => {});
      child.on('error', (cause) =>
        reject(
          new AppError('unavailable', 'Git is not installed. Install it to be able to undo turns.', {
            cause,
          }),
        ),
      );
      child.on('close', (code) =>
        resolve({
          code: code ?? 255,
          stdout: Buffer.concat(stdout),
          stderr: Buffer.concat(stderr).toString('utf8'),
        }),
      );
      if (input === undefined || typeof input === 'string' || Buffer.isBuffer(input)) child.stdin.end(input);
      else
        pipeline(input, child.stdin).catch((error: unknown) => {
          // Half of an input must not look like the whole.
          child.kill('SIGKILL');
          if (!isErrnoException(error, 'EPIPE')) reject(error);
        });
    });

  return {
    attempt,
    async run(args, input) {
      const result = await attempt(args, input);
      if (result.code !== 0)
        throw new GitFailure(
          `git ${args[0]} ended with ${result.code}: ${result.stderr.trim().slice(0, 2000)}`,
        );
      return result.stdout;
    },
  };
};
