import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@matrix-os/kit';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { KeyStore } from '../keys/key-store.ts';
import { TENANT_KEY_PREFIX } from '../keys/tenant-key.ts';

export const ADMIN_COOKIE = 'matrix_proxy_admin';
const COOKIE_MS = 12 * 3_600_000;

/** Who asks the admin API: the operator by token or by the page's cookie, or a tenant by its key. */
export interface Caller {
  /** Answers who, for the audit. @throws AppError `unauthorized` */
  requireAdmin(c: Context): Promise<string>;
  requireTenant(c: Context): Promise<string>;
  /** The operator, or this tenant itself. @throws AppError `unauthorized`, `forbidden` */
  requireAdminOr(c: Context, tenant: string): Promise<void>;
  isAdmin(c: Context): boolean;
  isAdminToken(token: string): boolean;
  createCookie(): string;
}

export const createCaller = (deps: { adminToken: string; keys: KeyStore; now(): number }): Caller => {
  const { adminToken, keys, now } = deps;
  // Comparing hashes: equal length, and no hint of where a guess went wrong.
  const wanted = Buffer.from(hash('sha256', adminToken));
  const isAdminToken = (token: string): boolean =>
    timingSafeEqual(Buffer.from(hash('sha256', token)), wanted);
  const sign = (until: string): string => createHmac('sha256', adminToken).update(until).digest('base64url');

  const bearer = (c: Context): string | undefined =>
    /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];

  const hasCookie = (c: Context): boolean => {
    const [until, signature] = (getCookie(c, ADMIN_COOKIE) ?? '').split('.');
    if (until === undefined || signature === undefined || !(Number(until) > now())) return false;
    const expected = Buffer.from(sign(until));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };

  const adminBy = (c: Context): string | undefined => {
    const token = bearer(c) ?? c.req.header('x-admin-token');
    if (token !== undefined && isAdminToken(token)) return 'token';
    if (!hasCookie(c)) return undefined;
    // The cookie is sent by browsers: another site's form must not act with it.
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && !isSameSite(c)) return undefined;
    return 'page';
  };

  const tenantOf = async (c: Context): Promise<string | undefined> => {
    const given = [c.req.header('x-matrix-key'), c.req.header('x-api-key'), bearer(c)];
    const key = given.find((candidate) => candidate?.startsWith(TENANT_KEY_PREFIX));
    return key === undefined ? undefined : (await keys.find(key, true))?.tenant;
  };

  return {
    isAdminToken,
    isAdmin: (c) => adminBy(c) !== undefined,
    createCookie() {
      const until = String(now() + COOKIE_MS);
      return `${until}.${sign(until)}`;
    },
    async requireAdmin(c) {
      const by = adminBy(c);
      if (by !== undefined) return by;
      throw new AppError('unauthorized', 'Send the admin token: Authorization: Bearer <PROXY_ADMIN_TOKEN>.');
    },
    async requireTenant(c) {
      const tenant = await tenantOf(c);
      if (tenant !== undefined) return tenant;
      throw new AppError(
        'unauthorized',
        'Send a valid key of the tenant as x-api-key or Authorization: Bearer.',
      );
    },
    async requireAdminOr(c, tenant) {
      if (adminBy(c) !== undefined) return;
      const asking = await tenantOf(c);
      if (asking === tenant) return;
      if (asking === undefined) {
        throw new AppError('unauthorized', "Send the admin token, or the tenant's own key.");
      }
      throw new AppError('forbidden', 'A tenant sees its own usage only.');
    },
  };
};

const isSameSite = (c: Context): boolean => {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = c.req.header('origin');
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === c.req.header('host');
};
