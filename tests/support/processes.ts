import { readdirSync, readFileSync } from 'node:fs';

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process of the machine, zombies left out. */
export const processes = (): RunningProcess[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The name in brackets may hold anything, so fields count from the last bracket.
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent: Number(parent), command }];
      } catch {
        return []; // It ended while we looked.
      }
    });

/** The process and all that descend from it. */
export const processTree = (root: number): RunningProcess[] => {
  const all = processes();
  const found = all.filter((entry) => entry.pid === root);
  for (const entry of found) found.push(...all.filter((child) => child.parent === entry.pid));
  return found;
};

/** Those whose environment has this exact variable: what a test started, also when its parents are gone. */
export const processesWith = (name: string, value: string): RunningProcess[] =>
  processes().filter((entry) => {
    try {
      return readFileSync(`/proc/${entry.pid}/environ`, 'utf8').split('\0').includes(`${name}=${value}`);
    } catch {
      return false;
    }
  });

/** Proportional set size in bytes: private memory and a fair share of what is shared. */
export const pssOf = (pid: number): number => {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
};
