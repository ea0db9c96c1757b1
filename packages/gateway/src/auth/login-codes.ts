import { createSecret } from '@matrix-os/kit';
import { hashSecret } from './hash.ts';

const CODE_LIFETIME_MS = 10 * 60_000;
const MAX_OUTSTANDING = 20;

export interface LoginCodes {
  issue(): { readonly code: string; readonly expiresAt: number };
  /** True once per code. */
  redeem(code: string): boolean;
}

/** One-time codes, as notebook servers print them. They are short-lived, so a restart may forget them. */
export const createLoginCodes = (deps: { now?: () => number } = {}): LoginCodes => {
  const now = deps.now ?? Date.now;
  const expiries = new Map<string, number>();
  return {
    issue() {
      const oldest = expiries.keys().next();
      if (expiries.size >= MAX_OUTSTANDING && !oldest.done) expiries.delete(oldest.value);
      // 80 bits: unguessable, and short enough to type from another screen.
      const code = createSecret(16);
      const expiresAt = now() + CODE_LIFETIME_MS;
      expiries.set(hashSecret(code), expiresAt);
      return { code, expiresAt };
    },
    redeem(code) {
      const hash = hashSecret(code.toLowerCase().replaceAll(/[\s-]/g, ''));
      const expiresAt = expiries.get(hash);
      expiries.delete(hash);
      return expiresAt !== undefined && now() < expiresAt;
    },
  };
};
