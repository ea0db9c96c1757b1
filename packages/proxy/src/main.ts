import { createLogger, isAppError, loadConfig } from '@matrix-os/kit';
import { proxyConfig } from './config.ts';
import { createProxy } from './create-proxy.ts';

const fail = (error: unknown): never => {
  process.stderr.write(
    `${isAppError(error) ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
};

try {
  const config = loadConfig(proxyConfig, process.env);
  const logger = createLogger({ name: 'proxy', level: config.LOG_LEVEL });
  const proxy = await createProxy({
    logger,
    adminToken: config.PROXY_ADMIN_TOKEN,
    apiKeys: config.ANTHROPIC_API_KEY,
    anthropicAdminKey: config.ANTHROPIC_ADMIN_KEY,
    upstreamUrl: config.PROXY_UPSTREAM_URL,
    databaseUrl: config.DATABASE_URL,
    statePath: config.MATRIX_STATE,
    trustUserHeader: config.PROXY_TRUST_USER_HEADER,
    pricesFile: config.PROXY_PRICES_FILE,
    instance: config.PROXY_INSTANCE,
    webhookUrl: config.PROXY_WEBHOOK_URL,
    tenantsInMetrics: config.PROXY_METRICS_TENANTS,
    drainMs: config.PROXY_DRAIN_SECONDS * 1000,
  });
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    proxy.close().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const port = await proxy.listen(config.PROXY_PORT, config.PROXY_HOST);
  process.stdout.write(`${JSON.stringify({ event: 'ready', port })}\n`);
} catch (error) {
  fail(error);
}
