import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAppError, loadConfig, secretPaths } from '@matrix-os/kit';
import manifest from '../package.json' with { type: 'json' };
import { findCommand, helpText } from './cli.ts';
import { cliConfig, GATEWAY_SECRETS } from './config.ts';

// Node would open its debugger to whoever may send a signal.
process.on('SIGUSR1', () => undefined);

const [name, ...args] = process.argv.slice(2);
const out = (line: string) => void process.stdout.write(`${line}\n`);
const error = (line: string) => void process.stderr.write(`${line}\n`);

try {
  const found = findCommand(name, args);
  if (found.help !== undefined) out(found.help);
  else if (found.command === undefined) {
    error(`There is no command "${name}".\n\n${helpText()}`);
    process.exitCode = 2;
  } else {
    const secrets = secretPaths(GATEWAY_SECRETS, process.env);
    process.exitCode = await found.command.run(args, {
      config: loadConfig(cliConfig, process.env),
      secretPaths: secrets,
      environment: process.env,
      packages: dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
      version: manifest.version,
      out,
      error,
    });
  }
} catch (thrown) {
  if (!isAppError(thrown)) throw thrown;
  error(`\n${thrown.message}\n`);
  process.exitCode = 1;
}
