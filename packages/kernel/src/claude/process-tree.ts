import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { isErrnoException } from '@matrix-os/kit';
import type { EngineProcess } from './spawn-engine.ts';

const parentOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
/** Dead but for its parent: a process whose first thread has ended shows as a zombie while others of its threads live. */
const isOver = (stat: string): boolean => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: state and num_threads
  return fields[0] === 'Z' && Number(fields[17]) <= 1;
};

interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly marked: boolean;
}

const look = async (pid: number, mark: string): Promise<Seen | undefined> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    if (isOver(stat)) return undefined;
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    return {
      pid,
      parent: parentOf(stat),
      marked: environment.split('\0').some((entry) => entry.startsWith(mark)),
    };
  } catch {
    // Ended while we looked.
    return undefined;
  }
};

/**
 * Living processes of a turn: descendants of `root`, and any that carry its mark, which finds those that detached themselves
 * and were taken over by init. Empty where there is no /proc.
 *
 * @param mark the beginning of an entry of the environment
 */
const findTurnProcesses = async (root: number | undefined, mark: string): Promise<number[]> => {
  const entries = await readdir('/proc').catch(() => []);
  const all = (
    await Promise.all(entries.filter((name) => /^\d+$/.test(name)).map((name) => look(Number(name), mark)))
  ).filter((seen) => seen !== undefined);
  const found = new Set(all.filter((seen) => seen.marked || seen.pid === root).map((seen) => seen.pid));
  for (let grown = true; grown; ) {
    grown = false;
    for (const seen of all) {
      if (found.has(seen.pid) || !found.has(seen.parent)) continue;
      found.add(seen.pid);
      grown = true;
    }
  }
  found.delete(process.pid);
  return [...found];
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!isErrnoException(error, 'ESRCH') && !isErrnoException(error, 'EPERM')) throw error;
  }
};

const POLL_MS = 20;
const KILL_TRIES = 100;
/** How long the launcher may take to end what is below it; it needs milliseconds. */
const LAUNCHER_MS = 5000;

/**
 * Ends every process of a turn and resolves when none is left. Behind the wall the launcher does it, which no child gets
 * away from; where there is no wall, and should the launcher itself have been killed, the tree and the mark must do.
 */
export const endTurnProcesses = async (
  root: Pick<EngineProcess, 'pid' | 'ended' | 'walled'> | undefined,
  mark: string,
): Promise<void> => {
  const pid = root?.pid();
  if (root?.walled === true && pid !== undefined) {
    signal(pid, 'SIGTERM');
    const giveUp = new AbortController();
    await Promise.race([
      root.ended(),
      wait(LAUNCHER_MS, undefined, { signal: giveUp.signal }).catch(() => {}),
    ]);
    giveUp.abort();
  }
  // SIGKILL, not a polite signal: the engine's process has had its chance, and a command may ignore one.
  for (let tries = 0; tries < KILL_TRIES; tries++) {
    const left = await findTurnProcesses(pid, mark);
    if (root?.walled === false && pid !== undefined) signal(-pid, 'SIGKILL');
    if (left.length === 0) return;
    for (const one of left) signal(one, 'SIGKILL');
    await wait(POLL_MS);
  }
};
