import { mkdir } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Kernel } from '@matrix-os/kernel';
import type { Logger } from '@matrix-os/kit';
import { createActivity } from './activity.ts';
import { loadBearerToken } from './auth/bearer-token.ts';
import { openLogins } from './auth/logins.ts';
import type { Front } from './front.ts';
import { startJobs } from './jobs/start-jobs.ts';
import { listen } from './listen.ts';
import { describeHealth, type HealthDeps, type Release } from './routes/health.ts';
import { createFileChanges } from './streams/file-changes.ts';
import { createTerminals } from './terminal/terminals.ts';

export interface GatewayOptions {
  readonly startKernel: () => Promise<Kernel>;
  readonly statePath: string;
  readonly authToken: string | undefined;
  /** What a shell in the home may inherit; free of secrets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly address: string;
  readonly port: number;
  readonly hosts: readonly string[];
  readonly release: Release;
  readonly log: Logger;
}

export interface Gateway {
  readonly port: number;
  readonly kernel: Kernel;
  /** Ends sockets, terminals and turns; resolves when nothing of them runs any more. */
  close(): Promise<void>;
}

// An `import` of node:http reads all its exports, and one of them loads the whole fetch stack: 20 ms of each start.
const { createServer } = process.getBuiltinModule('node:http');

// A large file over a slow line; headers still have to come within Node's own minute.
const REQUEST_TIMEOUT_MS = 15 * 60_000;
const KERNEL_GRACE_MS = 6000;
const GOING_AWAY = 1001;
const WARM_UP_AFTER_MS = 100;

/** @throws AppError when the port is taken, or the home or the state can't be written */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { log, statePath, release } = options;
  await mkdir(statePath, { recursive: true, mode: 0o700 });
  const [kernel, logins, bearerToken] = await Promise.all([
    options.startKernel(),
    openLogins({ path: join(statePath, 'auth.json') }),
    loadBearerToken({ given: options.authToken, statePath }),
  ]);

  const activity = createActivity({ isTurnRunning: () => kernel.queue().running.length > 0 });
  const fileChanges = createFileChanges({ home: kernel.home.path, log });
  const terminals = createTerminals({ home: kernel.home.path, environment: options.environment });
  const jobs = await startJobs({ kernel, activity, statePath, log });
  const health: HealthDeps = {
    kernel,
    activity,
    release,
    openTerminals: terminals.count,
    nextWakeAt: jobs.nextRunAt,
    problems: () => [fileChanges.problem()].filter((problem) => problem !== undefined),
  };

  let front: Promise<Front> | undefined;
  const loadFront = () => {
    front ??= import('./front.ts').then(({ createFront }) =>
      createFront({
        kernel,
        activity,
        health,
        logins,
        bearerToken,
        hosts: options.hosts,
        fileChanges,
        terminals,
        log,
      }),
    );
    return front;
  };

  // Health is answered by itself, so that a start is over before all the rest is loaded; whoever wants that, waits.
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    if (request.method === 'GET' && request.url === '/health') return sendHealth(response, health);
    loadFront().then(
      ({ handle }) => handle(request, response),
      (error: unknown) => failToLoad(error, log),
    );
  });
  server.on('upgrade', (request, socket, head) => {
    loadFront().then(
      ({ upgrade }) => upgrade(request, socket, head),
      (error: unknown) => failToLoad(error, log),
    );
  });
  await listen(server, options);
  const warmUp = setTimeout(() => loadFront().catch((error) => failToLoad(error, log)), WARM_UP_AFTER_MS);

  return {
    port: (server.address() as AddressInfo).port,
    kernel,
    async close() {
      clearTimeout(warmUp);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      jobs.close();
      (await front)?.close(GOING_AWAY, 'the OS is going to sleep');
      await Promise.all([kernel.close(KERNEL_GRACE_MS), terminals.close(), fileChanges.close()]);
      server.closeAllConnections();
      await closed;
    },
  };
};

const sendHealth = (response: ServerResponse, health: HealthDeps): void => {
  const body = JSON.stringify(describeHealth(health));
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
};

/** A broken installation: a supervisor may try again, and nobody is left waiting. */
const failToLoad = (error: unknown, log: Logger): never => {
  log.fatal({ err: error }, 'the gateway could not be loaded');
  throw error;
};
