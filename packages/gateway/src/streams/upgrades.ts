import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { PAGE_KEY_PROTOCOL, SOCKET_PROTOCOL, toProblem } from '@matrix-os/contracts';
import { AppError, isAppError, type Logger } from '@matrix-os/kit';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Auth, Caller } from '../auth/auth.ts';
import type { Peers } from '../http/peer.ts';
import type { SiteGuard } from '../http/same-site.ts';
import type { Strangers } from '../http/strangers.ts';

export interface SocketRoute {
  /** @throws AppError to refuse the upgrade with a problem */
  admit?(url: URL): void;
  serve(socket: WebSocket, details: { caller: Caller; url: URL }): void;
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
  peers: Peers;
  strangers: Strangers;
  routes: Readonly<Record<string, SocketRoute>>;
  log: Logger;
}): Upgrades => {
  let sockets: Promise<WebSocketServer> | undefined;
  let closing = false;
  // No start waits for a library that only a desktop needs.
  const load = () => {
    sockets ??= import('ws').then(
      ({ WebSocketServer }) =>
        new WebSocketServer({
          noServer: true,
          maxPayload: MAX_FRAME_BYTES,
          perMessageDeflate: false,
          // Never the one that is the page's key: it would come back in the answer.
          handleProtocols: (offered) => offered.has(SOCKET_PROTOCOL) && SOCKET_PROTOCOL,
        }),
    );
    return sockets;
  };

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const { route, url, caller } = admit(request);
    deps.strangers.isWelcome(request);
    const server = await load();
    if (socket.destroyed) return;
    if (closing) throw new AppError('unavailable', 'The OS is shutting down.');
    server.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', (error) => deps.log.debug({ err: error }, 'a socket failed'));
      route.serve(webSocket, { caller, url });
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
    const caller = deps.auth.identify({
      authorization: headers.authorization,
      cookie: headers.cookie,
      secure: deps.peers.isSecure(request),
      pageKey: pageKeyOf(headers['sec-websocket-protocol']),
    });
    if (caller === undefined) throw new AppError('unauthorized', 'Sign in first.');
    if (caller.principal.kind !== 'owner') throw new AppError('forbidden', 'This is for the owner alone.');
    const url = URL.parse(request.url ?? '', 'http://localhost');
    const route =
      url === null || !Object.hasOwn(deps.routes, url.pathname) ? undefined : deps.routes[url.pathname];
    if (url === null || route === undefined)
      throw new AppError('not_found', 'There is no socket at this address.');
    route.admit?.(url);
    return { route, url, caller };
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

/** A page can't give a handshake headers of its own, but it can name protocols. */
const pageKeyOf = (protocols: string | undefined): string | undefined =>
  protocols
    ?.split(',')
    .map((name) => name.trim())
    .find((name) => name.startsWith(PAGE_KEY_PROTOCOL))
    ?.slice(PAGE_KEY_PROTOCOL.length);

const refuse = (socket: Duplex, error: unknown): void => {
  const problem = toProblem(error);
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    // It is ours to end: the other side may leave its half open for ever.
    () => socket.destroy(),
  );
};
