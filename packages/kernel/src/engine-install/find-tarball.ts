import { AppError, messageOf } from '@matrix-os/kit';
import { z } from 'zod';
import type { PinnedPackage } from './pins.ts';

const Metadata = z.object({
  dist: z.object({ tarball: z.url(), unpackedSize: z.number().int().positive().optional() }),
});

export interface Tarball {
  readonly url: string;
  /** Bytes on disk once unpacked; undefined when the registry doesn't say. */
  readonly unpackedBytes: number | undefined;
}

const ANSWER_MS = 30_000;

/** Asks the registry where the package lies; mirrors put it where they like. @throws AppError `unavailable` */
export const findTarball = async (
  registry: string,
  { name, version }: PinnedPackage,
  options: { fetch: typeof fetch; signal: AbortSignal },
): Promise<Tarball> => {
  const url = `${registry.replace(/\/+$/, '')}/${name.replace('/', '%2f')}/${version}`;
  let response: Response;
  try {
    response = await options.fetch(url, {
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(ANSWER_MS)]),
    });
  } catch (cause) {
    options.signal.throwIfAborted();
    throw new AppError('unavailable', `${registry} could not be reached (${messageOf(cause)}).`, { cause });
  }
  if (!response.ok) {
    throw new AppError('unavailable', `${registry} answered ${response.status} when asked for ${name}.`);
  }
  const metadata = Metadata.safeParse(await response.json().catch(() => undefined));
  if (!metadata.success) {
    throw new AppError('unavailable', `${registry} does not answer as a registry of packages.`);
  }
  return { url: metadata.data.dist.tarball, unpackedBytes: metadata.data.dist.unpackedSize };
};
