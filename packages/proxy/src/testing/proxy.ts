import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProxyKeyCreated, ProxyUsage } from '@matrix-os/contracts';
import { createLogger } from '@matrix-os/kit';
import { createProxy, type ProxyOptions } from '../create-proxy.ts';

export const ADMIN_TOKEN = 'test-admin-token-0123456789';

/** A whole proxy in this process, on a free port, with its own state. */
export interface TestProxy {
  readonly url: string;
  readonly statePath: string;
  admin(path: string, options?: { method?: string; body?: unknown }): Promise<Response>;
  createKey(tenant: string): Promise<ProxyKeyCreated>;
  setQuota(tenant: string, quota: Record<string, unknown>): Promise<void>;
  usage(tenant: string): Promise<ProxyUsage>;
  /** Once nothing is under way and all is settled. */
  close(): Promise<void>;
}

export const startProxy = async (
  options: Partial<ProxyOptions> & { upstreamUrl: string },
): Promise<TestProxy> => {
  const statePath = options.statePath ?? (await mkdtemp(join(tmpdir(), 'matrix-proxy-')));
  const proxy = await createProxy({
    logger: createLogger({ name: 'proxy', level: 'silent' }),
    adminToken: ADMIN_TOKEN,
    apiKeys: ['sk-ant-shared'],
    instance: 'test',
    drainMs: 2_000,
    ...options,
    statePath,
  });
  const url = `http://127.0.0.1:${await proxy.listen(0, '127.0.0.1')}`;
  return {
    ...connectProxy(url),
    statePath,
    async close() {
      await proxy.close();
      if (options.statePath === undefined) await rm(statePath, { recursive: true, force: true });
    },
  };
};

/** The operator's calls to a proxy that runs anywhere. */
export const connectProxy = (url: string, token = ADMIN_TOKEN) => {
  const admin: TestProxy['admin'] = (path, { method = 'GET', body } = {}) =>
    fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const expectOk = async (response: Response): Promise<Response> => {
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    return response;
  };
  return {
    url,
    admin,
    async createKey(tenant: string) {
      const response = await expectOk(await admin('/keys', { method: 'POST', body: { tenant } }));
      return (await response.json()) as ProxyKeyCreated;
    },
    async setQuota(tenant: string, quota: Record<string, unknown>) {
      await expectOk(await admin(`/quotas/${tenant}`, { method: 'POST', body: quota }));
    },
    async usage(tenant: string) {
      return (await (await expectOk(await admin(`/usage/${tenant}`))).json()) as ProxyUsage;
    },
  };
};

export const message = (extra: Record<string, unknown> = {}): string =>
  JSON.stringify({
    model: 'claude-sonnet-4-6',
    max_tokens: 1000,
    messages: [{ role: 'user', content: 'Say hello.' }],
    ...extra,
  });

/** `POST /v1/messages` with a tenant's key. */
export const ask = (
  url: string,
  key: string,
  extra: Record<string, unknown> = {},
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> =>
  fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: {
      'x-api-key': key,
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      ...headers,
    },
    body: message(extra),
    ...(signal === undefined ? {} : { signal }),
  });
