import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Kernel } from '@matrix-os/kernel';
import type { AddressRanges, Logger } from '@matrix-os/kit';
import { createActivity } from './activity.ts';
import { loadBearerToken } from './auth/bearer-token.ts';
import { openLogins } from './auth/logins.ts';
import { mendDesktopFiles } from './files/mend-desktop-files.ts';
import type { Front } from './front.ts';
import { createPeers, type Peers } from './http/peer.ts';
import { createStrangers, type Strangers } from './http/strangers.ts';
import { type HttpServer, openHttpServer } from './http-server.ts';
import { startJobs } from './jobs/start-jobs.ts';
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
  /** Whose word counts about whom they forward for, besides our own shell's. */
  readonly trustedProxies: AddressRanges;
  readonly release: Release;
  readonly log: Logger;
}

export interface Gateway {
  readonly port: number;
  readonly kernel: Kernel;
  /** Ends sockets, terminals and turns; resolves when nothing of them runs any more. */
  close(): Promise<void>;
}

const KERNEL_GRACE_MS = 2500;
const GOING_AWAY = 1001;
const WARM_UP_AFTER_MS = 100;

/** @throws AppError when the port is taken, or the home or the state can't be used */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const peers = createPeers(options);
  const strangers = createStrangers(peers);
  const server = await openHttpServer({ ...options, strangers });
  try {
    return await runBehind(server, { ...options, peers, strangers });
  } catch (error) {
    await server.close();
    throw error;
  }
};

const runBehind = async (
  server: HttpServer,
  options: GatewayOptions & { readonly peers: Peers; readonly strangers: Strangers },
): Promise<Gateway> => {
  const { log, statePath, release } = options;
  const kernel = await options.startKernel();
  const [logins, bearerToken, stopMending] = await Promise.all([
    openLogins({ path: join(statePath, 'auth.json') }),
    loadBearerToken({ given: options.authToken, statePath }),
    mendDesktopFiles({ kernel, log }),
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

  let loading: Promise<Front> | undefined;
  const loadFront = async (): Promise<Front> => {
    const { createFront } = await import('./front.ts');
    const { hosts, peers, strangers } = options;
    return createFront({
      ...{
        kernel,
        activity,
        health,
        logins,
        bearerToken,
        hosts,
        peers,
        strangers,
        fileChanges,
        terminals,
        log,
      },
    });
  };
  // Not caught: without it the gateway is of no use, and a supervisor may try again.
  const withFront = (use: (front: Front) => void): void => {
    loading ??= loadFront();
    void loading.then(use);
  };
  server.serve({
    request(request, response) {
      // Answered by itself, so that a start is over before the rest is loaded; whoever wants that, waits.
      if (request.method === 'GET' && request.url === '/health') sendHealth(response, health);
      else withFront(({ handle }) => handle(request, response));
    },
    upgrade: (request, socket, head) => withFront(({ upgrade }) => upgrade(request, socket, head)),
  });
  const warmUp = setTimeout(withFront, WARM_UP_AFTER_MS, () => undefined);

  return {
    port: server.port,
    kernel,
    async close() {
      clearTimeout(warmUp);
      server.stopListening();
      jobs.close();
      stopMending();
      (await loading)?.close(GOING_AWAY, 'the OS is going to sleep');
      await Promise.all([kernel.close(KERNEL_GRACE_MS), terminals.close(), fileChanges.close()]);
      await server.close();
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
