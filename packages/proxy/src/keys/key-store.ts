import type { Database } from '../database/schema.ts';
import { hashTenantKey } from './tenant-key.ts';

interface KnownKey {
  readonly id: string;
  readonly tenant: string;
}

export interface KeyStore {
  /** Undefined for a key that is unknown, revoked or expired. `fresh`: don't answer from memory. */
  find(key: string, fresh: boolean): Promise<KnownKey | undefined>;
  /** After any change of keys. */
  forget(): void;
}

const MAX_CACHED = 50_000;

/**
 * Finding a key must not cost a query per request. Memory may be behind another proxy's revocation; the reservation
 * checks the key again in its own transaction, and what makes no reservation asks `fresh`.
 */
export const createKeyStore = (db: Database, now: () => number): KeyStore => {
  /** By the key itself, so that no request pays for a hash; it is in memory only, as every request that brings it. */
  const cache = new Map<string, KnownKey & { expiresAt: number }>();
  return {
    async find(key, fresh) {
      const cached = fresh ? undefined : cache.get(key);
      if (cached !== undefined && cached.expiresAt > now()) return cached;
      const row = await db
        .selectFrom('keys')
        .select(['id', 'tenant', 'expires_at', 'revoked_at'])
        .where('hash', '=', hashTenantKey(key))
        .executeTakeFirst();
      const expiresAt = row?.expires_at == null ? Number.POSITIVE_INFINITY : Number(row.expires_at);
      if (row === undefined || row.revoked_at !== null || expiresAt <= now()) {
        cache.delete(key);
        return undefined;
      }
      if (cache.size >= MAX_CACHED) cache.clear();
      const known = { id: row.id, tenant: row.tenant, expiresAt };
      cache.set(key, known);
      return known;
    },
    forget: () => cache.clear(),
  };
};
