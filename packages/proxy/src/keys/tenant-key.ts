import { hash } from 'node:crypto';
import { AppError, createSecret } from '@matrix-os/kit';

export const TENANT_KEY_PREFIX = 'mxk_';

/** `mxk_<tenant>_<random>`: the name is for people, the 32 random characters (160 bits) are what opens. */
export const createTenantKey = (tenant: string): string =>
  `${TENANT_KEY_PREFIX}${tenant}_${createSecret(32)}`;

const TENANT_KEY = /^mxk_[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?_[0-9a-z]{16,64}$/;
const TENANT = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/;

/** Names that are routes or settings. */
const RESERVED = new Set(['me', 'summary', 'default', 'export']);

export const isTenantKey = (key: string): boolean => TENANT_KEY.test(key);

export const isTenantName = (name: string): boolean => TENANT.test(name) && !RESERVED.has(name);

/** @throws AppError `invalid_input` */
export const requireTenantName = (name: string): string => {
  if (isTenantName(name)) return name;
  throw new AppError(
    'invalid_input',
    `${JSON.stringify(name.slice(0, 80))} can't be a tenant: use up to 63 lower-case letters, digits, dots and hyphens, and none of ${[...RESERVED].join(', ')}.`,
  );
};

/** Enough for a secret of 160 random bits: there is nothing to guess, so nothing to slow down. */
export const hashTenantKey = (key: string): string => hash('sha256', key);
