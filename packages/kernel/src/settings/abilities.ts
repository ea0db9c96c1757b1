import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What this machine lets the kernel do. */
export interface Abilities {
  undoable(): boolean;
  sandboxed(): boolean;
  /** Tries it out, once. */
  sandbox(): Promise<boolean>;
  /** Tries both out, so that what is shown is what is true. */
  check(): Promise<void>;
}

const onPath = (program: string, path: string): boolean =>
  path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });

/** Starts with what lies on the path, which costs no process, and goes by what works as soon as that is known. */
export const createAbilities = (parts: {
  path: string;
  git: () => Promise<boolean>;
  canSandbox: () => Promise<boolean>;
}): Abilities => {
  const { path, git, canSandbox } = parts;
  let undoable = onPath('git', path);
  let sandboxed = onPath('bwrap', path) && onPath('socat', path);
  let tried: Promise<boolean> | undefined;
  const sandbox = () => {
    tried ??= (sandboxed ? canSandbox() : Promise.resolve(false)).then((works) => {
      sandboxed = works;
      return works;
    });
    return tried;
  };
  return {
    undoable: () => undoable,
    sandboxed: () => sandboxed,
    sandbox,
    async check() {
      [undoable] = await Promise.all([git(), sandbox()]);
    },
  };
};
