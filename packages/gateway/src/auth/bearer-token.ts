import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWriteFile, createSecret, isErrnoException } from '@matrix-os/kit';

/** What programs present: the environment's token, or one made on first start and readable by this user only. */
export const loadBearerToken = async (deps: {
  given: string | undefined;
  statePath: string;
}): Promise<string> => {
  if (deps.given !== undefined) return deps.given;
  const path = join(deps.statePath, 'auth-token');
  const kept = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isErrnoException(error, 'ENOENT')) return '';
    throw error;
  });
  if (kept.trim().length >= 16) return kept.trim();
  const token = createSecret(32);
  await atomicWriteFile(path, `${token}\n`, { mode: 0o600 });
  return token;
};
