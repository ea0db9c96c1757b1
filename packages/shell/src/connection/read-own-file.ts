import type { z } from 'zod/mini';
import type { Api } from './api.ts';

/** Many times what the desktop itself ever writes. */
const MAX_BYTES = 1_000_000;

/**
 * One of the desktop's own files in the home, where anybody may have written anything: undefined for none and for what is
 * damaged, too large, or too deep to be written again.
 *
 * @throws ApiError when the OS does not answer
 */
export const readOwnFile = async <Schema extends z.ZodMiniType>(
  api: Api,
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> => {
  const response = await api.fetch(path, {}, [404]);
  if (Number(response.headers.get('content-length') ?? 0) > MAX_BYTES) {
    await response.body?.cancel();
    return undefined;
  }
  try {
    const value: unknown = await response.json();
    JSON.stringify(value);
    return schema.safeParse(value).data;
  } catch {
    return undefined;
  }
};
