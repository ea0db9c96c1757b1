import type { RequestListener } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import { createConfinement } from '@matrix-os/kernel';
import { AppError } from '@matrix-os/kit';
import { type AppDeps, createApp } from './app.ts';
import { createAttempts } from './auth/attempts.ts';
import { createAuth } from './auth/auth.ts';
import { createFileTickets } from './auth/file-tickets.ts';
import { createLoginCodes } from './auth/login-codes.ts';
import type { Logins } from './auth/logins.ts';
import { problemResponse } from './http/problems.ts';
import { createSiteGuard } from './http/same-site.ts';
import { createDesktopSocket } from './streams/desktop-socket.ts';
import type { FileChanges } from './streams/file-changes.ts';
import { createUpgrades, type Upgrades } from './streams/upgrades.ts';
import { createTerminalSocket } from './terminal/terminal-socket.ts';
import type { Terminals } from './terminal/terminals.ts';

export interface FrontDeps
  extends Pick<AppDeps, 'kernel' | 'activity' | 'health' | 'peers' | 'strangers' | 'log'> {
  readonly logins: Logins;
  readonly bearerToken: string;
  readonly hosts: readonly string[];
  readonly fileChanges: FileChanges;
  readonly terminals: Terminals;
}

export interface Front {
  readonly handle: RequestListener;
  readonly upgrade: Upgrades['accept'];
  close(code: number, reason: string): void;
}

/** Everything behind the port except `/health`: it takes longer to load than the kernel takes to start. */
export const createFront = (deps: FrontDeps): Front => {
  const { kernel, activity, logins, peers, strangers, log } = deps;
  const tickets = createFileTickets();
  const auth = createAuth({ logins, tickets, bearerToken: deps.bearerToken });
  const site = createSiteGuard({ hosts: deps.hosts });
  const app = createApp({
    kernel,
    confinement: createConfinement(kernel.home.path),
    auth,
    login: { logins, codes: createLoginCodes(), attempts: createAttempts(), peers },
    tickets,
    site,
    peers,
    strangers,
    activity,
    health: deps.health,
    log,
  });
  const handle = getRequestListener(app.fetch, {
    // It would read up to 64 MB that nobody wants; what is left of a body ends with its connection, in `strangers`.
    autoCleanupIncoming: false,
    errorHandler: (error) =>
      problemResponse(
        error instanceof RequestError
          ? new AppError('invalid_input', 'The request is malformed.', { cause: error })
          : error,
        log,
      ),
  });
  const login = { isLive: auth.isLive, onLoginEnd: logins.onEnd };
  const upgrades = createUpgrades({
    auth,
    site,
    peers,
    strangers,
    log,
    routes: {
      '/ws': createDesktopSocket({ kernel, activity, fileChanges: deps.fileChanges, ...login }),
      '/ws/terminal': createTerminalSocket({ terminals: deps.terminals, activity, log, ...login }),
    },
  });
  return {
    handle: (request, response) => void handle(request, response),
    upgrade: upgrades.accept,
    close: upgrades.close,
  };
};
