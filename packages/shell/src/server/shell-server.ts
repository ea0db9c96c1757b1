import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AddressRanges, Logger } from '@matrix-os/kit';
import { forwardRequest } from './forward-request.ts';
import { forwardUpgrade, refuseUpgrade } from './forward-upgrade.ts';
import { gatewayAddress } from './gateway-address.ts';
import { limitIdleConnections } from './idle-connections.ts';
import type { PageStore } from './page-store.ts';
import { pathOf } from './path-of.ts';
import { servePages } from './serve-pages.ts';

const FORWARDED = ['/api', '/auth', '/files', '/app', '/health'];
const SOCKETS = ['/ws', '/ws/terminal'];

const SERVER_OPTIONS = {
  // A slow upload may take as long as it takes: the gateway knows whose it is, and ends a stranger's.
  requestTimeout: 0,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2000,
};

export interface ShellServer {
  /** Resolves to the port; rejects as `listen` does (`EADDRINUSE`). */
  listen(port: number, host: string): Promise<number>;
  /** Ends every connection. Idempotent. */
  close(): Promise<void>;
}

/** One origin for the browser: the exported pages from here, everything else from the gateway. */
export const createShellServer = (options: {
  readonly pages: PageStore;
  readonly gatewayUrl: string;
  /** Whose `X-Forwarded-…` goes on to the gateway. */
  readonly trustedProxies: AddressRanges;
  readonly logger: Logger;
}): ShellServer => {
  const { trustedProxies } = options;
  const gateway = { address: gatewayAddress(options.gatewayUrl), trustedProxies };
  const answerPage = servePages(options.pages, options.logger);
  const upgraded = new Set<Duplex>();

  const server = createServer(SERVER_OPTIONS);
  const idle = limitIdleConnections(server);
  server.on('request', (request, response) => {
    if (isForwarded(request.url)) {
      idle.handOver(request, response);
      forwardRequest(gateway, request, response, options.logger);
    } else answerPage(request, response);
  });
  server.on('upgrade', (request, socket: Socket, head) => {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    upgraded.add(socket);
    socket.on('close', () => upgraded.delete(socket));
    if (SOCKETS.includes(pathOf(request.url))) {
      idle.handOver(request);
      forwardUpgrade(gateway, request, socket, head);
    } else refuseUpgrade(socket, 404, 'text/plain', 'No socket here.\n');
  });

  return {
    listen: (port, host) => listen(server, port, host),
    async close() {
      for (const socket of upgraded) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
};

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const isForwarded = (url: string | undefined): boolean => {
  const path = pathOf(url);
  return FORWARDED.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
};
