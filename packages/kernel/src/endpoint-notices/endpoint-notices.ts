import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProxyNotices } from '@matrix-os/contracts';
import { atomicWriteFile, isErrnoException, type Logger, messageOf } from '@matrix-os/kit';
import { z } from 'zod';
import type { Kernel } from '../kernel.ts';

export interface EndpointNotices {
  /** Tells the owner what is new. Never rejects; joins a check that is under way. */
  check(): Promise<void>;
  /** Ends a check that is under way; none starts after. */
  close(): Promise<void>;
}

/** The last notice that was told, by base URL. */
const Told = z.record(z.string(), z.string());

/** A Matrix OS proxy tells when most or all of a limit is used. Any other endpoint is asked once per start. */
export const createEndpointNotices = (parts: {
  readonly settings: () => { readonly baseUrl: string | undefined; readonly apiKey: string | undefined };
  readonly statePath: string;
  readonly notice: Kernel['notice'];
  readonly fetch: typeof globalThis.fetch;
  readonly log: Logger;
  readonly timeoutMs?: number;
}): EndpointNotices => {
  const { settings, statePath, notice, fetch, log, timeoutMs = 2000 } = parts;
  const path = join(statePath, 'endpoint-notices.json');
  const silent = new Set<string>();
  const closing = new AbortController();
  let told: z.infer<typeof Told> | undefined;
  let running: Promise<void> | undefined;

  const readTold = async (): Promise<z.infer<typeof Told>> => {
    try {
      return Told.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      // Hearing something twice is better than hearing nothing.
      if (!isErrnoException(error, 'ENOENT')) log.warn({ reason: messageOf(error) }, 'told notices not read');
      return {};
    }
  };

  const ask = async (baseUrl: string, apiKey: string, after: string | undefined) => {
    const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
    const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/usage/me/notices${query}`, {
      headers: { 'x-api-key': apiKey },
      // The key is for this endpoint, and not for wherever it points to.
      redirect: 'manual',
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return undefined;
    }
    return parseNotices(await response.text());
  };

  const look = async (): Promise<void> => {
    const { baseUrl, apiKey } = settings();
    if (baseUrl === undefined || apiKey === undefined || silent.has(baseUrl)) return;
    told ??= await readTold();
    const notices = await ask(baseUrl, apiKey, told[baseUrl]);
    if (notices === undefined) {
      silent.add(baseUrl);
      log.debug('the model endpoint has no notices');
      return;
    }
    if (notices.length === 0 || closing.signal.aborted) return;
    for (const { id, percent, message } of notices) {
      notice('warning', percent === 100 ? 'The limit is reached' : 'The limit is near', message);
      told = { ...told, [baseUrl]: id };
    }
    await atomicWriteFile(path, `${JSON.stringify(told)}\n`, { mode: 0o600 });
  };

  return {
    check() {
      if (closing.signal.aborted) return running ?? Promise.resolve();
      running ??= look()
        .catch((error: unknown) =>
          log.debug({ reason: messageOf(error) }, 'notices of the endpoint not read'),
        )
        .finally(() => {
          running = undefined;
        });
      return running;
    },
    async close() {
      closing.abort();
      await running;
    },
  };
};

const parseNotices = (body: string) => {
  try {
    const parsed = ProxyNotices.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data.notices : undefined;
  } catch {
    return undefined;
  }
};
