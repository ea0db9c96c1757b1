import { createHash, timingSafeEqual } from 'node:crypto';

/** Plain SHA-256: what is hashed here is random, so a slow hash would guard nothing. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Takes as long for a near miss as for a far one. */
export const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(hashSecret(a)), Buffer.from(hashSecret(b)));
