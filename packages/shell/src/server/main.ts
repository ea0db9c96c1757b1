import { join } from 'node:path';
import { createLogger, isAppError, isErrnoException, loadConfig, onStop } from '@matrix-os/kit';
import { shellConfig } from './config.ts';
import { loadPages } from './page-store.ts';
import { createShellServer } from './shell-server.ts';

// The same from `src/server` and from the bundle in `dist/server`.
const PAGES = join(import.meta.dirname, '../../out');

const start = async (): Promise<void> => {
  const config = loadConfig(shellConfig, process.env);
  const logger = createLogger({ name: 'shell', level: config.MATRIX_LOG_LEVEL });
  const pages = await loadPages(config.MATRIX_SHELL_PAGES ?? PAGES);
  const server = createShellServer({
    pages,
    gatewayUrl: config.MATRIX_GATEWAY_URL,
    trustedProxies: config.MATRIX_TRUSTED_PROXIES,
    logger,
  });

  onStop(() => void server.close().then(() => process.exit(0)), {
    supervised: config.MATRIX_SUPERVISED === '1',
  });
  try {
    const port = await server.listen(config.SHELL_PORT, config.MATRIX_BIND);
    process.stdout.write(`${JSON.stringify({ event: 'ready', port })}\n`);
  } catch (error) {
    if (!isErrnoException(error, 'EADDRINUSE')) throw error;
    fail(`Port ${config.SHELL_PORT} is in use. Stop what uses it, or choose another: SHELL_PORT=3001`);
  }
};

const fail = (message: string): void => {
  process.stderr.write(`${message}\n`);
  // Standard input would keep it: the supervisor holds that open for as long as it lives.
  process.exit(1);
};

try {
  await start();
} catch (error) {
  if (!isAppError(error)) throw error;
  fail(error.message);
}
