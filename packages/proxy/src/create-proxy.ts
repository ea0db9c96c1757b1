import { chmod, mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { Logger } from '@matrix-os/kit';
import { createAdministration } from './admin/administration.ts';
import { createAdminApp } from './admin/app.ts';
import { createMetrics } from './admin/metrics.ts';
import { openStore } from './database/open-store.ts';
import { createIdentify } from './keys/identify.ts';
import { createKeyStore } from './keys/key-store.ts';
import { createLedger } from './ledger/ledger.ts';
import { createNoticeTeller } from './notices/tell.ts';
import { loadPrices } from './prices/load-prices.ts';
import { createReconciliation } from './reconcile/reconcile.ts';
import { answerBadRequest } from './relay/bad-request.ts';
import { createRelay } from './relay/relay.ts';
import { createSlowBodies } from './relay/slow-bodies.ts';
import { createStopping } from './relay/stopping.ts';
import { createUpstream } from './relay/upstream.ts';
import { createUpstreamKeys } from './relay/upstream-keys.ts';

export interface ProxyOptions {
  readonly logger: Logger;
  readonly adminToken: string;
  readonly apiKeys: readonly string[];
  readonly anthropicAdminKey?: string | undefined;
  readonly upstreamUrl: string;
  readonly databaseUrl?: string | undefined;
  readonly statePath: string;
  readonly trustUserHeader?: boolean;
  readonly pricesFile?: string | undefined;
  /** Stable over restarts. */
  readonly instance: string;
  readonly webhookUrl?: string | undefined;
  readonly tenantsInMetrics?: boolean;
  /** For answers under way when it stops, and for clients that left. */
  readonly drainMs: number;
  /** How long a request's body may stall. */
  readonly bodyPatienceMs?: number;
  readonly now?: () => number;
}

export interface Proxy {
  /** Resolves with the port. */
  listen(port: number, host: string): Promise<number>;
  /** Lets answers finish, settles, and closes. */
  close(): Promise<void>;
}

/** Requests may be long in coming, but their head may not. */
const HEAD_MS = 30_000;
const MAX_HEADER_BYTES = 64 * 1024;

export const createProxy = async (options: ProxyOptions): Promise<Proxy> => {
  const { logger, drainMs } = options;
  const now = options.now ?? Date.now;
  const spoolPath = join(options.statePath, 'proxy-spool');
  await mkdir(spoolPath, { recursive: true, mode: 0o700 });
  await chmod(spoolPath, 0o700);
  const prices = await loadPrices(options.pricesFile);
  const metrics = createMetrics({ tenants: options.tenantsInMetrics === true });
  const teller = createNoticeTeller({ logger, webhookUrl: options.webhookUrl });
  const store = await openStore({
    databaseUrl: options.databaseUrl,
    statePath: options.statePath,
    proxy: options.instance,
    logger,
    onCommitted(plan, operations, milliseconds) {
      metrics.committed(plan, operations, milliseconds);
      for (const notice of plan.notices) teller.tell(notice);
    },
  });
  const { db } = store;
  const ledger = createLedger({ db, commits: store.commits, proxy: options.instance, logger, now });
  await ledger.recover();
  const keys = createKeyStore(db, now);
  const administration = createAdministration({ db, now, onKeysChanged: keys.forget });
  const upstreamKeys = createUpstreamKeys(options.apiKeys, now);
  const upstream = createUpstream(options.upstreamUrl);
  const stopping = createStopping();
  const reconciliation = createReconciliation({
    db,
    logger,
    now,
    upstreamUrl: options.upstreamUrl,
    adminKey: options.anthropicAdminKey,
  });
  const slowBodies = createSlowBodies(options.bodyPatienceMs);
  const relay = createRelay({
    ledger,
    prices,
    upstream,
    upstreamKeys,
    logger,
    drainMs,
    stopping,
    now,
    identify: createIdentify({
      keys,
      trustUserHeader: options.trustUserHeader === true,
      ensureTenant: administration.ensureTenant,
    }),
    spoolPath,
    slowBodies,
    onAnswered: metrics.answered,
  });
  let ready = true;
  const admin = createAdminApp({
    adminToken: options.adminToken,
    administration,
    db,
    keys,
    metrics,
    reconciliation,
    upstreamKeys,
    engine: store.engine,
    now,
    isReady: () => ready,
    logger,
  });
  const adminListener = getRequestListener(admin.fetch);

  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEAD_MS,
      // A body of 500 MB takes its time; `slow-bodies.ts` tells slow from stalled.
      requestTimeout: 0,
      keepAliveTimeout: 65_000,
      noDelay: true,
    },
    (request, response) => {
      if (!ready) response.setHeader('connection', 'close');
      if (request.url?.startsWith('/v1/') === true) relay.handle(request, response);
      else void adminListener(request, response);
    },
  );
  server.on('clientError', answerBadRequest);

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          reconciliation.start();
          const { port: taken } = server.address() as AddressInfo;
          logger.info({ port: taken, engine: store.engine, upstream: upstream.origin }, 'ready');
          resolve(taken);
        });
      }),
    async close() {
      ready = false;
      reconciliation.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => stopping.abort(), drainMs);
      await relay.idle();
      clearTimeout(timer);
      await ended(server, closed);
      await ledger.close();
      await store.synced();
      slowBodies.close();
      await teller.close();
      await upstream.close();
      await store.close();
      logger.info('stopped: everything is settled');
    },
  };
};

/** Answers that are written leave the socket first; connections that are merely open don't hold us up. */
const ended = async (server: Server, closed: Promise<void>): Promise<void> => {
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), 1_000);
  await closed;
  clearTimeout(timer);
};
