import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Strangers } from './http/strangers.ts';
import { listen } from './listen.ts';

// An `import` of node:http reads all its exports, and one of them loads the whole fetch stack: 20 ms of each start.
const { createServer } = process.getBuiltinModule('node:http');

const SERVER_OPTIONS = {
  // A large file over a slow line.
  requestTimeout: 15 * 60_000,
  // Anybody may take this long, and only the owner longer.
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2000,
};

interface Handlers {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface HttpServer {
  readonly port: number;
  /** From now on; what has come before waits for this. */
  serve(handlers: Handlers): void;
  /** Takes no more; what is idle ends at once. */
  stopListening(): void;
  /** Cuts what is still open. */
  close(): Promise<void>;
}

/**
 * Takes the port before anything else is touched: a second start by mistake ends here, and leaves the home of the first
 * one alone.
 *
 * @throws AppError naming the variable to change
 */
export const openHttpServer = async (options: {
  port: number;
  address: string;
  strangers: Strangers;
}): Promise<HttpServer> => {
  const { strangers } = options;
  const ready = Promise.withResolvers<Handlers>();
  const server = createServer(SERVER_OPTIONS);
  server.on('connection', (socket) => strangers.arrived(socket, socket.remoteAddress ?? 'unknown'));
  server.on('request', (request, response) => {
    strangers.asks(request, response);
    ready.promise.then((handlers) => handlers.request(request, response));
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    strangers.asks(request);
    ready.promise.then((handlers) => handlers.upgrade(request, socket, head));
  });
  await listen(server, options);

  let closed: Promise<void> | undefined;
  const stopListening = () => {
    closed ??= new Promise((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    return closed;
  };
  return {
    port: (server.address() as AddressInfo).port,
    serve: ready.resolve,
    stopListening,
    async close() {
      const ending = stopListening();
      server.closeAllConnections();
      await ending;
    },
  };
};
