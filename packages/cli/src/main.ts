import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAppError, loadConfig } from '@matrix-os/kit';
import manifest from '../package.json' with { type: 'json' };
import { findCommand, helpText } from './cli.ts';
import { cliConfig } from './config.ts';

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
    process.exitCode = await found.command.run(args, {
      config: loadConfig(cliConfig, process.env),
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
