import type { IncomingHttpHeaders } from 'node:http';
import type { Payer } from '../database/schema.ts';
import type { ApiError } from '../relay/api-error.ts';
import type { KeyStore } from './key-store.ts';
import { isTenantKey, isTenantName, TENANT_KEY_PREFIX } from './tenant-key.ts';

export interface Identity {
  readonly tenant: string;
  readonly keyId: string | undefined;
  readonly payer: Payer;
  /** Headers that carry the tenant's own Anthropic credentials; empty when the shared account pays. */
  readonly ownCredentials: readonly string[];
  readonly session: string | undefined;
  readonly userLabel: string | undefined;
}

export type Identify = (headers: IncomingHttpHeaders, fresh: boolean) => Promise<Identity | ApiError>;

export const isRefused = (identity: Identity | ApiError): identity is ApiError => 'status' in identity;

const MAX_LABEL = 200;

/** Who asks, and who pays. `fresh`: ask the database, for requests that no reservation checks. */
export const createIdentify = (deps: {
  keys: KeyStore;
  trustUserHeader: boolean;
  ensureTenant(name: string): Promise<void>;
}): Identify => {
  const { keys, trustUserHeader, ensureTenant } = deps;
  return async (headers, fresh) => {
    const apiKey = one(headers['x-api-key']);
    const bearer = bearerOf(one(headers.authorization));
    const matrixKey = one(headers['x-matrix-key']);
    const userLabel = one(headers['x-matrix-user'])?.slice(0, MAX_LABEL);
    const session = one(headers['x-matrix-session'])?.slice(0, MAX_LABEL);

    const own: string[] = [];
    const given: string[] = matrixKey === undefined ? [] : [matrixKey];
    if (apiKey !== undefined) {
      if (apiKey.startsWith(TENANT_KEY_PREFIX)) given.push(apiKey);
      else own.push('x-api-key', apiKey);
    }
    if (bearer !== undefined) {
      if (bearer.startsWith(TENANT_KEY_PREFIX)) given.push(bearer);
      else own.push('authorization', `Bearer ${bearer}`);
    }
    const payer = own.length === 0 ? 'shared' : 'own';
    const labels = { ownCredentials: own, payer, session, userLabel } as const;

    const [key] = given;
    if (key === undefined) {
      if (!trustUserHeader || userLabel === undefined) return NO_KEY;
      if (!isTenantName(userLabel)) {
        return {
          status: 401,
          message: 'x-matrix-user is no name of a tenant: use lower-case letters, digits and hyphens.',
        };
      }
      await ensureTenant(userLabel);
      return { tenant: userLabel, keyId: undefined, ...labels };
    }
    if (given.some((other) => other !== key))
      return { status: 401, message: 'Two different keys were sent. Send one.' };
    if (!isTenantKey(key)) return BAD_KEY;
    const found = await keys.find(key, fresh);
    if (found === undefined) return BAD_KEY;
    if (userLabel !== undefined && userLabel !== found.tenant) {
      return {
        status: 403,
        message: `x-matrix-user says ${JSON.stringify(userLabel)}, but the key belongs to another tenant. Leave the header out, or send the right key.`,
      };
    }
    return { tenant: found.tenant, keyId: found.id, ...labels };
  };
};

const NO_KEY: ApiError = {
  status: 401,
  message:
    'No key. Send the key of this OS (mxk_…) as x-api-key or Authorization: Bearer; beside an Anthropic key of your own, as x-matrix-key.',
};
const BAD_KEY: ApiError = {
  status: 401,
  message: 'This key is not valid here: mistyped, revoked or expired. Ask the operator for a new one.',
};

const one = (value: string | string[] | undefined): string | undefined => {
  const text = Array.isArray(value) ? value[0] : value;
  return text === '' ? undefined : text;
};

const bearerOf = (authorization: string | undefined): string | undefined =>
  authorization === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
