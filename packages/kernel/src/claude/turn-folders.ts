import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isErrnoException } from '@matrix-os/kit';
import type { TurnContext } from '../engine.ts';
import { historyPath } from '../git/history-path.ts';
import { discardTree } from '../home/tree-files.ts';
import type { Openings } from '../wall/wall.ts';

export interface TurnFolders {
  /** Where the engine starts. */
  readonly cwd: string;
  /** `CLAUDE_CONFIG_DIR` */
  readonly config: string;
  /** `HOME` of the engine and of what it starts: settings and caches of programs, apart from the owner's own. */
  readonly userHome: string;
  /** `TMPDIR`, gone with the turn. */
  readonly temporary: string;
  readonly openings: Openings;
  close(): Promise<void>;
}

/** The engine's own configuration and transcripts. */
export const configPath = (statePath: string): string => join(statePath, 'claude');
/** An empty folder: a stranger's turn runs nowhere near the home. */
const guestFolder = (statePath: string): string => join(statePath, 'guest');
/** `HOME` behind the wall, where the owner's own can't be seen. */
export const agentHome = (statePath: string): string => join(statePath, 'agent-home');
/** What the path of every turn's temporary folder of this OS begins with. */
export const temporaryPrefix = (statePath: string): string => {
  const name = createHash('sha256').update(statePath).digest('hex').slice(0, 16);
  return join(realpathSync(tmpdir()), `matrix-turn-${name}-`);
};

// What the agent commits in a project of its own; the owner may set another name in that project.
const GIT_CONFIG = '[user]\n\tname = Matrix OS\n\temail = os@matrix.local\n[init]\n\tdefaultBranch = main\n';

const unlessThere = (error: unknown): void => {
  if (!isErrnoException(error, 'EEXIST')) throw error;
};

/** `~/matrixos` leads home there too, for that is how people name it. */
const makeAgentHome = async (path: string, home: string): Promise<void> => {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await writeFile(join(path, '.gitconfig'), GIT_CONFIG, { flag: 'wx' }).catch(unlessThere);
  await symlink(home, join(path, basename(home))).catch(unlessThere);
};

/** What a turn of the engine lives in, and what the wall opens for it. `home` and `statePath` are real paths. */
export const openTurnFolders = async (parts: {
  home: string;
  statePath: string;
  context: TurnContext;
  /** Without a wall the owner's own `HOME` stays. */
  ownerHome: string | undefined;
  /** Programs the engine needs: itself. */
  execute: readonly string[];
  /** Further files it has to read. */
  read: readonly string[];
}): Promise<TurnFolders> => {
  const { home, statePath, context, ownerHome, execute, read } = parts;
  // No right of Landlock's covers modes: a turn may have shut the state's door, which is not to last.
  await chmod(statePath, 0o700);
  const temporary = await mkdtemp(temporaryPrefix(statePath));
  const close = () => discardTree(temporary);
  if (context === 'guest') {
    const cwd = guestFolder(statePath);
    const config = join(statePath, 'guest-config');
    await Promise.all([cwd, config].map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
    const openings = { write: [config, temporary], read: [cwd, ...read], execute };
    return { cwd, config, userHome: temporary, temporary, openings, close };
  }
  const [config, userHome] = [configPath(statePath), ownerHome ?? agentHome(statePath)];
  await mkdir(config, { recursive: true, mode: 0o700 });
  if (ownerHome === undefined) await makeAgentHome(userHome, home);
  const openings = {
    write: [home, config, userHome, temporary],
    read: [historyPath(statePath), ...read],
    execute,
  };
  return { cwd: home, config, userHome, temporary, openings, close };
};

/** Removes what turns of a killed kernel have left in the folder for temporary files. */
export const sweepTurnFolders = async (statePath: string): Promise<void> => {
  const prefix = temporaryPrefix(statePath);
  const paths = (await readdir(dirname(prefix)).catch(() => [])).map((name) => join(dirname(prefix), name));
  await Promise.all(paths.filter((path) => path.startsWith(prefix)).map((path) => discardTree(path)));
};
