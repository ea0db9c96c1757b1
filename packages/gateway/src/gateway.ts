import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener, RequestError } from '@hono/node-server';
import { createConfinement, type Kernel } from '@matrix-os/kernel';
import { AppError, type Logger } from '@matrix-os/kit';
import { createActivity } from './activity.ts';
import { createApp } from './app.ts';
import { createAttempts } from './auth/attempts.ts';
import { createAuth } from './auth/auth.ts';
import { loadBearerToken } from './auth/bearer-token.ts';
import { createLoginCodes } from './auth/login-codes.ts';
import { openLogins } from './auth/logins.ts';
import { problemResponse } from './http/problems.ts';
import { createSiteGuard } from './http/same-site.ts';
import { startJobs } from './jobs/start-jobs.ts';
import { listen } from './listen.ts';
import type { Release } from './routes/health.ts';
import { createDesktopSocket } from './streams/desktop-socket.ts';
import { createFileChanges } from './streams/file-changes.ts';
import { acceptUpgrades } from './streams/upgrades.ts';
import { createTerminalSocket } from './terminal/terminal-socket.ts';
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

const KERNEL_GRACE_MS = 8000;
const GOING_AWAY = 1001;

/** @throws AppError when the port is taken, or the home or the state can't be written */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { log, statePath, release } = options;
  await mkdir(statePath, { recursive: true, mode: 0o700 });
  const [kernel, logins, bearerToken] = await Promise.all([
    options.startKernel(),
    openLogins({ path: join(statePath, 'auth.json') }),
    loadBearerToken({ given: options.authToken, statePath }),
  ]);

  const auth = createAuth({ logins, bearerToken });
  const site = createSiteGuard({ hosts: options.hosts });
  const activity = createActivity({ isTurnRunning: () => kernel.queue().running.length > 0 });
  const fileChanges = createFileChanges({ home: kernel.home.path, log });
  const terminals = createTerminals({ home: kernel.home.path, environment: options.environment });
  const jobs = await startJobs({ kernel, activity, statePath, log });
  const app = createApp({
    kernel,
    confinement: createConfinement(kernel.home.path),
    auth,
    login: { logins, codes: createLoginCodes(), attempts: createAttempts() },
    site,
    activity,
    release,
    log,
    health: {
      openTerminals: terminals.count,
      nextWakeAt: jobs.nextRunAt,
      problems: () => [fileChanges.problem()].filter((problem) => problem !== undefined),
    },
  });

  const server = createServer(
    getRequestListener(app.fetch, {
      errorHandler: (error) =>
        problemResponse(
          error instanceof RequestError
            ? new AppError('invalid_input', 'The request is malformed.', { cause: error })
            : error,
          log,
        ),
    }),
  );
  const upgrades = acceptUpgrades({
    server,
    auth,
    site,
    log,
    routes: {
      '/ws': createDesktopSocket({
        kernel,
        activity,
        fileChanges,
        isLive: auth.isLive,
        onLoginEnd: logins.onEnd,
      }),
      '/ws/terminal': createTerminalSocket({
        terminals,
        activity,
        isLive: auth.isLive,
        onLoginEnd: logins.onEnd,
        log,
      }),
    },
  });
  await listen(server, options);

  return {
    port: (server.address() as AddressInfo).port,
    kernel,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      upgrades.close(GOING_AWAY, 'the OS is going to sleep');
      jobs.close();
      await Promise.all([kernel.close(KERNEL_GRACE_MS), terminals.close(), fileChanges.close()]);
      server.closeAllConnections();
      await closed;
    },
  };
};
