import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Something a tier needs and a machine may lack. */
interface Need {
  readonly name: string;
  readonly present: () => boolean;
  readonly howToGet: string;
}

export interface Tier {
  /** A project of vitest.config.ts. */
  readonly name: string;
  readonly about: string;
  readonly needs: readonly Need[];
  /**
   * A script that makes what the tier works on and that takes minutes. It runs beside the tier before, with what that one
   * leaves of the processors.
   */
  readonly prepare?: string;
}

const onPath = (program: string) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

const git: Need = {
  name: 'git',
  present: () => onPath('git'),
  howToGet: 'Debian: apt-get install git. macOS: xcode-select --install.',
};

const chromium: Need = {
  name: 'Chromium',
  present: () => existsSync('/usr/bin/chromium'),
  howToGet: 'Debian: apt-get install chromium. It is looked for at /usr/bin/chromium.',
};

const POSTGRESQL = '/usr/lib/postgresql';
const postgresql: Need = {
  name: 'the PostgreSQL server',
  present: () => existsSync(POSTGRESQL) && readdirSync(POSTGRESQL).length > 0,
  howToGet: 'Debian: apt-get install postgresql. The tests start a server of their own.',
};

// The programs that distro/docker/engine/install.sh brings; each of its packages has one here.
const CONTAINER_PROGRAMS = ['dockerd', 'docker', 'mmdebstrap', 'qemu-aarch64-static', 'docker-registry'];
const containers: Need = {
  name: 'root, and a container engine to start for itself',
  present: () => process.getuid?.() === 0 && CONTAINER_PROGRAMS.every(onPath),
  howToGet: 'Debian, as root: distro/docker/engine/install.sh. The tests start an engine of their own.',
};

// The programs that distro/mkosi/install.sh brings.
const MACHINE_PROGRAMS = ['mmdebstrap', 'python3', 'ssh'];
const machines: Need = {
  name: 'root, mmdebstrap, Python and an SSH client',
  present: () => process.getuid?.() === 0 && MACHINE_PROGRAMS.every(onPath),
  howToGet: 'Debian, as root: distro/mkosi/install.sh.',
};

/** Cheapest first, so that a mistake shows early. */
export const TIERS: readonly Tier[] = [
  { name: 'unit', about: 'one part at a time, no network', needs: [git] },
  { name: 'integration', about: 'real processes, the real engine, real databases', needs: [git, postgresql] },
  { name: 'browser', about: 'whole stories in a real browser', needs: [git, chromium] },
  { name: 'docker', about: 'the image and Compose in a real engine', needs: [git, containers] },
  {
    name: 'qemu',
    about: 'the appliance image on a machine of its own',
    needs: [git, machines],
    prepare: 'tests/qemu/prepare.ts',
  },
];
