import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@matrix-os/kit';
import { NO_LANDLOCK } from './launcher.ts';
import { systemRules } from './system-rules.ts';
import { createWall, type Wall } from './wall.ts';

const PERL = ['/usr/bin/perl', '/bin/perl', '/usr/local/bin/perl'];
const TRY_MS = 10_000;

/** What a session or a whole system has, and what would do for a turn what its wall forbids. */
const SERVICES = [
  '/run/systemd/system',
  `/run/user/${process.getuid?.() ?? 0}`,
  '/run/docker.sock',
  '/run/podman/podman.sock',
  '/run/containerd/containerd.sock',
  // Toolbox and Distrobox: a container's tools on the machine's own session.
  '/run/host',
  '/run/.toolboxenv',
];

/** A container that holds nothing but this OS, by the marks that Docker and Podman leave. */
export const inContainer = (): boolean =>
  (existsSync('/.dockerenv') || existsSync('/run/.containerenv')) && !SERVICES.some(existsSync);

interface Outcome {
  readonly said: string;
  readonly complained: string;
}

const run = ([file, ...args]: readonly [string, ...string[]]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(file, args, { env: {}, cwd: '/', timeout: TRY_MS }, (_error, said, complained) =>
      resolve({ said: said.trim(), complained: complained.trim() }),
    );
  });

/**
 * The wall of this machine, tried out: it must let through what is opened and stop what is not. Undefined where there is
 * none (no Linux, a kernel before 6.2, no Perl).
 *
 * @throws AppError `unavailable` when it could not be tried now, as on a full disk; that says nothing about the machine
 */
export const findWall = async (parts: {
  path: string;
  userHome: string;
  closed: readonly string[];
  /** Where the trial may write. */
  folder: string;
}): Promise<Wall | undefined> => {
  const perl = PERL.find(existsSync);
  if (process.platform !== 'linux' || perl === undefined) return undefined;
  const wall = createWall({ perl, system: systemRules(parts) });
  const folder = await mkdtemp(join(parts.folder, 'wall-')).catch(couldNotTry);
  try {
    await Promise.all(['open', 'closed'].map((name) => writeFile(join(folder, name), name))).catch(
      couldNotTry,
    );
    const script = `read -r line < "$0/open"; (: < "$0/closed") 2>/dev/null && line=leaks; echo "$line"`;
    const { said, complained } = await run(
      wall.enclose({ write: [join(folder, 'open')] }, ['/bin/sh', '-c', script, folder]),
    );
    if (said === 'open') return wall;
    if (said === 'leaks' || complained.includes(NO_LANDLOCK)) return undefined;
    throw new Error(complained === '' ? 'the trial was broken off' : complained);
  } catch (error) {
    return couldNotTry(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const couldNotTry = (cause: unknown): never => {
  throw new AppError(
    'unavailable',
    'The wall around the engine could not be tried out now. Make room on the disk, then send it again.',
    { cause },
  );
};
