import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;

/**
 * Ends everything that was started in a terminal, jobs in the background included: politely first, after `graceMs` for
 * good. `leader` is the shell's process id, which names the session. Resolves when nothing of it runs any more.
 */
export const endSession = async (leader: number, graceMs: number): Promise<void> => {
  const deadline = Date.now() + graceMs;
  let pids = await sessionMembers(leader);
  // A stopped process hears nothing until it goes on.
  for (const pid of pids) for (const signal of ['SIGHUP', 'SIGCONT'] as const) send(pid, signal);
  while (pids.length > 0) {
    await delay(POLL_MS);
    pids = await sessionMembers(leader);
    if (Date.now() >= deadline) for (const pid of pids) send(pid, 'SIGKILL');
  }
};

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
};

/** Each job of a shell has a process group of its own, so only the session knows them all; where /proc is, it tells. */
const sessionMembers = async (leader: number): Promise<number[]> => {
  if (process.platform !== 'linux') return isGroupAlive(leader) ? [-leader] : [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const members = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // The command's name is in parentheses and may hold anything, so fields are counted from the last one on.
      const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(session) === leader && state !== 'Z' ? [Number(pid)] : [];
    }),
  );
  return members.flat();
};

const isGroupAlive = (group: number): boolean => {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
};
