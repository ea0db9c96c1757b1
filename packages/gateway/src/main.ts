import { fileURLToPath } from 'node:url';
import { createKernel } from '@matrix-os/kernel';
import { createLogger, isAppError, loadConfig, secretNames, secretPaths } from '@matrix-os/kit';
import { cleanEnvironment, proxyEnvironment } from './clean-environment.ts';
import { gatewayConfig, statePathOf } from './config.ts';
import { startGateway } from './gateway.ts';
import { endWhenAsked } from './shutdown.ts';
import { VERSION } from './version.ts';

const startedAt = new Date();
// From `src/` and from the bundle in `dist/` alike.
const RELEASE_TEMPLATE = fileURLToPath(new URL('../../../home', import.meta.url));

const run = async () => {
  const secrets = secretPaths(secretNames(gatewayConfig), process.env);
  const config = loadConfig(gatewayConfig, process.env);
  const log = createLogger({ name: 'gateway', level: config.MATRIX_LOG_LEVEL });
  const statePath = statePathOf(config);
  const environment = cleanEnvironment(process.env);
  const starting = startGateway({
    startKernel: () =>
      createKernel({
        homePath: config.MATRIX_HOME,
        statePath,
        templatePath: config.MATRIX_TEMPLATE ?? RELEASE_TEMPLATE,
        version: VERSION,
        autonomy: config.MATRIX_AUTONOMY,
        engine: {
          apiKey: config.ANTHROPIC_API_KEY,
          baseUrl: config.ANTHROPIC_BASE_URL,
          model: config.MATRIX_MODEL,
          executable: config.MATRIX_ENGINE_PATH,
          registry: config.MATRIX_ENGINE_REGISTRY,
        },
        processEnvironment: environment,
        proxyEnvironment: proxyEnvironment(process.env),
        secretPaths: [...secrets, ...config.MATRIX_CLOSED_PATHS],
        log,
      }),
    statePath,
    environment,
    authToken: config.MATRIX_AUTH_TOKEN,
    address: config.MATRIX_BIND,
    port: config.PORT,
    hosts: config.MATRIX_HOSTS,
    trustedProxies: config.MATRIX_TRUSTED_PROXIES,
    release: { version: VERSION, commit: config.MATRIX_COMMIT ?? null, startedAt },
    log,
  });
  // From here on, so that a start can be broken off in an orderly way too.
  endWhenAsked({
    close: async () => (await starting).close(),
    supervised: config.MATRIX_SUPERVISED === '1',
    log,
  });
  const gateway = await starting;
  process.stdout.write(`${JSON.stringify({ event: 'ready', port: gateway.port })}\n`);
};

run().catch((error: unknown) => {
  // What the owner can mend is told in a line; a bug shows where it happened.
  const text = isAppError(error) ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
