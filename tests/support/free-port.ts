import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what systems give to outgoing connections: one of those could take the port before its server is there. */
const [LOWEST, BEYOND] = [10_000, 32_000];

/** Each asks for the one after; where to begin is left to chance, as several processes ask at once. */
let next = randomInt(LOWEST, BEYOND);

/** A port that was free a moment ago, on the loopback. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = next;
    next = port + 1 < BEYOND ? port + 1 : LOWEST;
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue;
      throw error;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
};
