import type { Protection as ProtectionKind } from '@matrix-os/contracts';
import type { Wall } from './wall.ts';

/** The kind, and the wall itself where there is one. */
export type Protection =
  | { readonly kind: 'landlock'; readonly wall: Wall }
  | { readonly kind: Exclude<ProtectionKind, 'landlock'>; readonly wall: undefined };

/** Tries the best first; each is tried out, not guessed from what is installed. */
export const findProtection = async (parts: {
  wall: () => Promise<Wall | undefined>;
  sandbox: () => Promise<boolean>;
}): Promise<Protection> => {
  const wall = await parts.wall();
  if (wall !== undefined) return { kind: 'landlock', wall };
  return { kind: (await parts.sandbox()) ? 'sandbox' : 'none', wall: undefined };
};
