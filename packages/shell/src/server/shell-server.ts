import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '@matrix-os/kit';
import { forwardRequest } from './forward-request.ts';
import { forwardUpgrade, refuseUpgrade } from './forward-upgrade.ts';
import { gatewayAddress } from './gateway-address.ts';
import type { PageStore } from './page-store.ts';
import { pathOf } from './path-of.ts';
import { servePages } from './serve-pages.ts';

const FORWARDED = ['/api', '/auth', '/files', '/app', '/health'];
const SOCKETS = ['/ws', '/ws/terminal'];

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
  readonly logger: Logger;
}): ShellServer => {
  const gateway = gatewayAddress(options.gatewayUrl);
  const answerPage = servePages(options.pages, options.logger);
  const upgraded = new Set<Duplex>();

  const server = createServer((request, response) => {
    if (isForwarded(request.url)) forwardRequest(gateway, request, response, options.logger);
    else answerPage(request, response);
  });
  // A slow upload may take as long as it takes; the head of a request still has its minute.
  server.requestTimeout = 0;
  server.on('upgrade', (request, socket: Socket, head) => {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    upgraded.add(socket);
    socket.on('close', () => upgraded.delete(socket));
    if (SOCKETS.includes(pathOf(request.url))) forwardUpgrade(gateway, request, socket, head);
    else refuseUpgrade(socket, 404, 'text/plain', 'No socket here.\n');
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
