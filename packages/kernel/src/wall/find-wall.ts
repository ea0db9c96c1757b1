import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRules } from './system-rules.ts';
import { createWall, type Wall } from './wall.ts';

const PERL = ['/usr/bin/perl', '/bin/perl', '/usr/local/bin/perl'];
const TRY_MS = 10_000;

/** Docker and Podman leave a mark; systemd-nspawn, LXC and Kubernetes set it for the first process. */
export const inContainer = (): boolean =>
  existsSync('/.dockerenv') || existsSync('/run/.containerenv') || existsSync('/run/systemd/container');

/** Runs a command line; true when it said exactly this and ended well. */
const says = (line: readonly [string, ...string[]], expected: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [file, ...args] = line;
    execFile(file, args, { env: {}, cwd: '/', timeout: TRY_MS }, (error, output) =>
      resolve(error === null && output.trim() === expected),
    );
  });

/**
 * The wall of this machine, tried out: it must let through what is opened and stop what is not. Undefined where there is
 * none (no Linux, a kernel before 6.2, no Perl).
 */
export const findWall = async (parts: {
  path: string;
  userHome: string;
  closed: readonly string[];
}): Promise<Wall | undefined> => {
  const perl = PERL.find(existsSync);
  if (process.platform !== 'linux' || perl === undefined) return undefined;
  const wall = createWall({ perl, system: systemRules(parts), refuseUnixSockets: !inContainer() });
  const folder = await mkdtemp(join(tmpdir(), 'matrix-wall-'));
  try {
    await Promise.all(['open', 'closed'].map((name) => writeFile(join(folder, name), name)));
    const script = `read -r line < "$0/open"; (: < "$0/closed") 2>/dev/null && line=leaks; echo "$line"`;
    const works = await says(
      wall.enclose({ write: [join(folder, 'open')] }, ['/bin/sh', '-c', script, folder]),
      'open',
    );
    return works ? wall : undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
