import { lstat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { expandHome, type Places } from '../permissions/places.ts';

/** As the engine names it. */
export const OUTSIDE_TOOL = 'mcp__os__outside';

// Nothing in a path may look like another line of the card that the owner reads.
const Path = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'a path has no control characters here');
export const outsideInput = {
  command: z
    .string()
    .min(1)
    .max(20_000)
    .describe('A shell command for bash, run in an empty folder; $MATRIX_HOME is the home'),
  read: z
    .array(Path)
    .max(20)
    .optional()
    .describe('Files and folders outside of the home that it has to read'),
  write: z
    .array(Path)
    .max(20)
    .optional()
    .describe('Files and folders outside of the home that it has to change'),
};
const OutsideInput = z.object(outsideInput);

export interface OutsideRequest {
  readonly command: string;
  /** Real paths. */
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** What a call asks to be opened, or why nobody may open it. The same for the question and for the run. */
export const readOutsideRequest = async (
  input: unknown,
  places: Places,
): Promise<OutsideRequest | { readonly refused: string }> => {
  const parsed = OutsideInput.safeParse(input);
  if (!parsed.success) return { refused: z.prettifyError(parsed.error) };
  const { command, read = [], write = [] } = parsed.data;
  const resolved: Record<'read' | 'write', string[]> = { read: [], write: [] };
  for (const access of ['read', 'write'] as const) {
    for (const given of access === 'read' ? read : write) {
      const named = expandHome(given.trim(), places.userHome());
      if (!isAbsolute(named)) return { refused: `"${given}" is not absolute. Give the whole path.` };
      const { path, inHome, own, refused } = await places.locate(named, places.home, access);
      if (refused !== null) return { refused };
      // What the owner reads must be what is opened a moment later: nothing that the turn could point elsewhere meanwhile.
      if (path !== resolve(named))
        return { refused: `"${given}" leads through a link. Name the place itself: "${path}".` };
      if (inHome || own) continue;
      if (places.touchesState(path))
        return {
          refused: `"${path}" holds the system's own state. Name the folder or file that you need in it.`,
        };
      if ((await lstat(path).catch(() => undefined)) === undefined)
        return {
          refused: `There is no "${path}". Only what exists can be opened: to make a file, name its folder under "write".`,
        };
      resolved[access].push(path);
    }
  }
  if (resolved.read.length + resolved.write.length === 0)
    return {
      refused: 'Name what is to be opened under "read" or "write". Inside of the home, use the other tools.',
    };
  return { command, ...resolved };
};
