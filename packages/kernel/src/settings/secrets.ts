import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atomicWriteFile, isErrnoException, type Logger } from '@matrix-os/kit';
import { z } from 'zod';

const Secrets = z.object({ apiKey: z.string().min(1).nullable().default(null) });
type Secrets = z.infer<typeof Secrets>;

export interface SecretStore {
  apiKey(): string | undefined;
  setApiKey(key: string | null): Promise<void>;
}

/** `secrets.json` in the state directory, readable by nobody else. A damaged one counts as empty: the key is asked for again. */
export const openSecrets = (parts: { statePath: string; log: Logger }): SecretStore => {
  const path = join(parts.statePath, 'secrets.json');
  let secrets: Secrets = { apiKey: null };
  try {
    secrets = Secrets.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (!isErrnoException(error, 'ENOENT'))
      parts.log.warn({ path }, 'the secrets could not be read; the key is needed again');
  }
  return {
    apiKey: () => secrets.apiKey ?? undefined,
    async setApiKey(key) {
      const next = { ...secrets, apiKey: key };
      await atomicWriteFile(path, `${JSON.stringify(next)}\n`, { mode: 0o600 });
      secrets = next;
    },
  };
};
