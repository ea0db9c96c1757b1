import { LAUNCHER } from './launcher.ts';

/** What a walled process may touch beyond what every one may (`systemRules`). Absolute, real paths. */
export interface Openings {
  /** Read, written, made, run. */
  readonly write: readonly string[];
  readonly read?: readonly string[];
  /** Read and run. */
  readonly execute?: readonly string[];
}

export interface Wall {
  /** The command line that runs `command` behind the wall and ends all that it started when it ends. */
  enclose(openings: Openings, command: readonly string[]): [file: string, ...args: string[]];
  /** Whether every walled process may read this path, or run it. */
  readsSystem(path: string): boolean;
}

/** What the launcher is told of: rights and paths in pairs. */
export type Rules = readonly (readonly [right: 'read' | 'execute' | 'device' | 'write', path: string])[];

/** Landlock by way of the launcher. `perl` is absolute, so that no folder on the path can put another in its place. */
export const createWall = (parts: {
  perl: string;
  system: Rules;
  pid?: number;
  architecture?: string;
}): Wall => {
  const { perl, system, pid = process.pid, architecture = process.arch } = parts;
  return {
    enclose({ write, read = [], execute = [] }, command) {
      const rules: Rules = [
        ...system,
        ...read.map((path) => ['read', path] as const),
        ...execute.map((path) => ['execute', path] as const),
        ...write.map((path) => ['write', path] as const),
      ];
      return [
        perl,
        '-e',
        LAUNCHER,
        String(pid),
        architecture,
        ...rules.flatMap(([right, path]) => [`--${right}`, path]),
        '--',
        ...command,
      ];
    },
    readsSystem: (path) =>
      system.some(([, root]) => path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)),
  };
};
