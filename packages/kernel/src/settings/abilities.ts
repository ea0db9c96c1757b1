import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Protection as ProtectionKind } from '@matrix-os/contracts';
import type { Protection } from '../wall/protection.ts';

/** What this machine lets the kernel do. */
export interface Abilities {
  undoable(): boolean;
  /** `none` until it is known. */
  protectionKind(): ProtectionKind;
  /** Whether the kernel may act without asking: that takes a wall, be it a container's. True until it is known. */
  mayActFreely(): boolean;
  /** Tries it out, once. @throws AppError `unavailable` when that can't be done now */
  protection(): Promise<Protection>;
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
  findProtection: () => Promise<Protection>;
  inContainer: boolean;
}): Abilities => {
  const { path, git, findProtection, inContainer } = parts;
  let undoable = onPath('git', path);
  let kind: ProtectionKind | undefined;
  let tried: Promise<Protection> | undefined;
  const protection = () => {
    tried ??= findProtection().then(
      (found) => {
        kind = found.kind;
        return found;
      },
      (error: unknown) => {
        // That says nothing about the machine: the next one who asks tries again.
        tried = undefined;
        throw error;
      },
    );
    return tried;
  };
  return {
    undoable: () => undoable,
    protectionKind: () => kind ?? 'none',
    mayActFreely: () => kind !== 'none' || inContainer,
    protection,
    async check() {
      [undoable] = await Promise.all([git(), protection()]);
    },
  };
};
