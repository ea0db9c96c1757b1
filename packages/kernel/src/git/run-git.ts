import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { AppError } from '@matrix-os/kit';

interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface Git {
  /** Runs git on the home's repository. @throws GitFailure unless it ends with 0 */
  run(args: readonly string[], input?: string | Buffer): Promise<Buffer>;
  /** The same, when a failure is an answer too. */
  attempt(args: readonly string[], input?: string | Buffer): Promise<GitResult>;
}

/** Git ran and refused. A bug or a damaged repository, never the owner's mistake. */
class GitFailure extends Error {
  override readonly name = 'GitFailure';
}

const TIMEOUT_MS = 120_000;
const USUAL_PATH = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin';

// The home's .git/config is a file like any other to a model with a shell. These win over it: nothing in a repository
// may run a program, reach the network, or change what a snapshot holds. Attributes are in `repository.ts`.
const OVERRIDES: Readonly<Record<string, string>> = {
  'safe.directory': '*',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.sshCommand': 'false',
  'core.gitProxy': '',
  'core.askPass': '',
  'core.pager': 'cat',
  'core.editor': 'false',
  'core.alternateRefsCommand': '',
  'core.attributesFile': '/dev/null',
  'core.excludesFile': '/dev/null',
  'core.autocrlf': 'false',
  'core.safecrlf': 'false',
  'core.quotePath': 'false',
  'core.sparseCheckout': 'false',
  'core.untrackedCache': 'false',
  'core.logAllRefUpdates': 'true',
  // A power cut must not leave a commit whose files are empty; batched, that costs one flush.
  'core.fsync': 'committed,loose-object,index,reference',
  'core.fsyncMethod': 'batch',
  'credential.helper': '',
  'protocol.allow': 'never',
  'commit.gpgSign': 'false',
  'diff.external': '',
  'diff.ignoreSubmodules': 'all',
  'submodule.recurse': 'false',
  'merge.default': 'text',
  'gc.auto': '0',
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
  path = USUAL_PATH,
}: {
  readonly home: string;
  readonly path?: string;
}): Git => {
  const environment = environmentFor(path);
  // Named outright, so that no core.worktree and no folder above the home can lead elsewhere.
  const place = [`--git-dir=${join(home, '.git')}`, `--work-tree=${home}`];

  const attempt = (args: readonly string[], input?: string | Buffer): Promise<GitResult> =>
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
      child.stdin.end(input);
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
