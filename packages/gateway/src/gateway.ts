import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener, RequestError } from '@hono/node-server';
import { createConfinement, type Kernel } from '@matrix-os/kernel';
import { AppError, isErrnoException, type Logger } from '@matrix-os/kit';
import { createActivity } from './activity.ts';
import { createApp } from './app.ts';
import { createAttempts } from './auth/attempts.ts';
import { createAuth } from './auth/auth.ts';
import { loadBearerToken } from './auth/bearer-token.ts';
import { createLoginCodes } from './auth/login-codes.ts';
import { openLogins } from './auth/logins.ts';
import { problemResponse } from './http/problems.ts';
import { createSiteGuard } from './http/same-site.ts';
import type { Release } from './routes/health.ts';
import { createDesktopSocket } from './streams/desktop-socket.ts';
import { createFileChanges } from './streams/file-changes.ts';
import { acceptUpgrades } from './streams/upgrades.ts';

export interface GatewayOptions {
  readonly startKernel: () => Promise<Kernel>;
  readonly statePath: string;
  readonly authToken: string | undefined;
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
      openTerminals: () => 0,
      nextWakeAt: () => null,
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
      await Promise.all([kernel.close(KERNEL_GRACE_MS), fileChanges.close()]);
      server.closeAllConnections();
      await closed;
    },
  };
};

const listen = (
  server: ReturnType<typeof createServer>,
  { port, address }: { port: number; address: string },
): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, port, address)));
    server.listen(port, address, () => resolve());
  });

const listenFailure = (error: Error, port: number, address: string): unknown => {
  if (isErrnoException(error, 'EADDRINUSE'))
    return new AppError(
      'conflict',
      `Port ${port} is in use. Stop what listens there, or choose another one with PORT=${port + 1}.`,
      { cause: error },
    );
  if (isErrnoException(error, 'EACCES'))
    return new AppError(
      'forbidden',
      `Port ${port} needs more rights. Choose one above 1024 with PORT=4000.`,
      {
        cause: error,
      },
    );
  if (isErrnoException(error, 'EADDRNOTAVAIL'))
    return new AppError('invalid_input', `This machine has no address ${address}. Change MATRIX_BIND.`, {
      cause: error,
    });
  return error;
};
