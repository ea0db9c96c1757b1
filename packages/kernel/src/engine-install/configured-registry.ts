import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AppError } from '@matrix-os/kit';

const PATIENCE_MS = 20_000;

/**
 * The registry that this machine's npm is set to, asked for when it is first needed.
 *
 * @throws AppError `unavailable` where there is no npm to ask
 */
export const configuredRegistry = async (environment: Readonly<Record<string, string>>): Promise<string> => {
  try {
    const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry'], {
      env: environment,
      timeout: PATIENCE_MS,
    });
    const found = stdout.trim().split('\n').at(-1) ?? '';
    if (/^https?:\/\//.test(found)) return found;
    throw new TypeError(`npm answered ${JSON.stringify(found)}`);
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'Nobody says where the Claude engine can be fetched from. Set MATRIX_ENGINE_REGISTRY to a registry of npm packages.',
      { cause },
    );
  }
};
