import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { toProblem } from '@matrix-os/contracts';
import { AppError, isAppError, type Logger } from '@matrix-os/kit';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Auth, Principal } from '../auth/auth.ts';
import type { SiteGuard } from '../http/same-site.ts';

export interface SocketRoute {
  /** @throws AppError to refuse the upgrade with a problem */
  admit?(url: URL): void;
  serve(socket: WebSocket, details: { principal: Principal; url: URL }): void;
}

export interface Upgrades {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says goodbye to every socket; those that don't answer are cut. */
  close(code: number, reason: string): void;
}

// Terminal input of 64 Ki characters, each of which may be six in JSON.
const MAX_FRAME_BYTES = 512 * 1024;
const GOODBYE_MS = 1000;

/** Host, origin and owner are checked before a socket exists. */
export const createUpgrades = (deps: {
  auth: Auth;
  site: SiteGuard;
  routes: Readonly<Record<string, SocketRoute>>;
  log: Logger;
}): Upgrades => {
  let sockets: Promise<WebSocketServer> | undefined;
  let closing = false;
  // No start waits for a library that only a desktop needs.
  const load = () => {
    sockets ??= import('ws').then(
      ({ WebSocketServer }) =>
        new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false }),
    );
    return sockets;
  };

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const { route, url, principal } = admit(request);
    const server = await load();
    if (socket.destroyed) return;
    if (closing) throw new AppError('unavailable', 'The OS is shutting down.');
    server.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', (error) => deps.log.debug({ err: error }, 'a socket failed'));
      route.serve(webSocket, { principal, url });
    });
  };

  const admit = (request: IncomingMessage) => {
    const { headers } = request;
    const site = {
      host: headers.host,
      origin: headers.origin,
      secFetchSite: [headers['sec-fetch-site']].flat()[0],
    };
    deps.site.checkHost(site);
    deps.site.checkOrigin(site);
    const principal = deps.auth.identify({ cookie: headers.cookie, authorization: headers.authorization });
    if (principal === undefined) throw new AppError('unauthorized', 'Sign in first.');
    const url = URL.parse(request.url ?? '', 'http://localhost');
    const route =
      url === null || !Object.hasOwn(deps.routes, url.pathname) ? undefined : deps.routes[url.pathname];
    if (url === null || route === undefined)
      throw new AppError('not_found', 'There is no socket at this address.');
    route.admit?.(url);
    return { route, url, principal };
  };

  return {
    accept(request, socket, head) {
      upgrade(request, socket, head).catch((error: unknown) => {
        if (!isAppError(error)) deps.log.error({ err: error }, 'an upgrade failed unexpectedly');
        refuse(socket, error);
      });
    },
    close(code, reason) {
      closing = true;
      sockets?.then((server) => {
        for (const socket of server.clients) {
          socket.close(code, reason);
          setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
        }
      });
    },
  };
};

const refuse = (socket: Duplex, error: unknown): void => {
  const problem = toProblem(error);
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
};
