import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError, loadConfig, onStop } from '@matrix-os/kit';
import type { Command, CommandContext } from '../command.ts';
import { engineConfig, statePathOf } from '../config.ts';
import { createGatewayClient } from '../gateway-client.ts';
import { openLogFile } from '../supervisor/log-file.ts';
import { type ServiceName, serviceEnvironment } from '../supervisor/service-environment.ts';
import { supervise } from '../supervisor/supervise.ts';
import { loginLink } from './link.ts';

const SERVICES = [
  { name: 'gateway', entry: 'gateway/dist/start.js' },
  { name: 'shell', entry: 'shell/dist/server/start.js' },
] as const;

export const upCommand: Command = {
  name: 'up',
  usage: 'up [--logs]',
  summary: 'start the gateway and the desktop, and keep them running',
  help: `Prints a link that signs you in once. Ctrl-C or SIGTERM stops everything.

  --logs   show the services' logs here; without a terminal that is so anyway.
           Otherwise they are in the "logs" folder of the state directory.`,
  async run(args, context) {
    const { values } = parseArgs({ args: [...args], options: { logs: { type: 'boolean' } } });
    const toFile = process.stdout.isTTY === true && values.logs !== true;
    const gatewaySecrets = {
      ...loadConfig(engineConfig, context.environment),
      MATRIX_AUTH_TOKEN: context.config.MATRIX_AUTH_TOKEN,
    };
    const services = SERVICES.map(({ name, entry }) =>
      supervise({
        name,
        entry: join(context.packages, entry),
        environment: environmentOf(name, context),
        secrets: name === 'gateway' ? gatewaySecrets : {},
        log: toFile
          ? openLogFile(join(statePathOf(context.config), 'logs'), name)
          : (chunk) => void process.stderr.write(chunk),
        onRestart: () => context.error(`The ${name} ended and is started again.`),
      }),
    );
    const stopped = new Promise<'stopped'>((resolve) => {
      onStop(() => resolve('stopped'), { supervised: context.environment.MATRIX_SUPERVISED === '1' });
    });
    const stopAll = () => Promise.all(services.map((service) => service.stop()));
    try {
      const first = await Promise.race([stopped, Promise.all(services.map((service) => service.ready))]);
      if (first !== 'stopped') {
        await announce(context);
        await Promise.race([stopped, ...services.map((service) => service.ended)]);
      }
    } catch (error) {
      await stopAll();
      throw error;
    }
    context.error('Stopping …');
    await stopAll();
    return 0;
  },
};

const environmentOf = (
  name: ServiceName,
  { environment, config, secretPaths }: CommandContext,
): NodeJS.ProcessEnv =>
  serviceEnvironment(name, {
    ...environment,
    PORT: String(config.PORT),
    MATRIX_GATEWAY_URL: `http://127.0.0.1:${config.PORT}`,
    SHELL_PORT: String(config.SHELL_PORT),
    MATRIX_STATE: statePathOf(config),
    MATRIX_CLOSED_PATHS: secretPaths.join(delimiter),
  });

const announce = async ({ config, version, out }: CommandContext): Promise<void> => {
  const code = await createGatewayClient(config)
    .createLoginCode()
    .catch((cause) => {
      throw new AppError('unavailable', 'The gateway runs, but gave no link to sign in with.', { cause });
    });
  out(`
  Matrix OS ${version} is ready.

  Open  ${loginLink(config, code.code)}

  The link works once. For another: ${config.MATRIX_COMMAND} link
  Stop with Ctrl-C.
`);
};
