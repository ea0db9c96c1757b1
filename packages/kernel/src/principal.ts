import type { OsHandle } from '@matrix-os/contracts';
import type { TurnContext } from './engine.ts';

/**
 * Who asks for something: the owner, or another OS that has shown to be the one its handle names. Whoever takes the request
 * decides it, from what the request carries as a proof; what its body says of its sender counts for nothing.
 */
export type Principal =
  | { readonly kind: 'owner' }
  | {
      readonly kind: 'visitor';
      readonly handle: OsHandle;
      /** What showed it, such as the fingerprint of the key that signed. */
      readonly proof: string;
    };

export const OWNER: Principal = { kind: 'owner' };

/** How a principal is written down, and told on the wire: no handle can be `owner`, and none has a colon. */
export const senderOf = (principal: Principal): string =>
  principal.kind === 'owner' ? 'owner' : principal.handle;

export const contextOf = (principal: Principal): TurnContext =>
  principal.kind === 'owner' ? 'owner' : 'guest';
