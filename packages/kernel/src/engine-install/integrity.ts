import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Whether a file is what `integrity` (`sha512-` and base64, as in a lock file) says. */
export const matchesIntegrity = async (path: string, integrity: string): Promise<boolean> => {
  const [algorithm = '', expected] = integrity.split(/-(.*)/s);
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest('base64') === expected;
};
