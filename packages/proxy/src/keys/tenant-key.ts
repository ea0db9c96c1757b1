import { hash } from 'node:crypto';
import { OsHandle } from '@matrix-os/contracts';
import { AppError, createSecret } from '@matrix-os/kit';

export const TENANT_KEY_PREFIX = 'mxk_';

/** `mxk_<tenant>_<random>`: the name is for people, the 32 random characters (160 bits) are what opens. */
export const createTenantKey = (tenant: string): string =>
  `${TENANT_KEY_PREFIX}${tenant}_${createSecret(32)}`;

// The shape alone: keys from before tenants had the grammar of handles go on opening.
const TENANT_KEY = /^mxk_[a-z0-9.-]{1,63}_[0-9a-z]{16,64}$/;

export const isTenantKey = (key: string): boolean => TENANT_KEY.test(key);

export const isTenantName = (name: string): boolean => OsHandle.safeParse(name).success;

/** @throws AppError `invalid_input` */
export const requireTenantName = (name: string): string => {
  const parsed = OsHandle.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'invalid_input',
    `${JSON.stringify(name.slice(0, 80))} can't be a tenant: ${parsed.error.issues[0]?.message}.`,
  );
};

/** Enough for a secret of 160 random bits: there is nothing to guess, so nothing to slow down. */
export const hashTenantKey = (key: string): string => hash('sha256', key);
