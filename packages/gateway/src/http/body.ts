import { AppError } from '@matrix-os/kit';
import { z } from 'zod';
import type { GatewayContext } from './context.ts';

const MAX_JSON_BYTES = 1_000_000;

/** A body's limits. */
interface Bounds {
  readonly maxBytes: number;
  /** How long the whole of it may take; as long as the connection when left out. */
  readonly withinMs?: number;
}

/**
 * The request's body as it comes, never more than `maxBytes` of it.
 *
 * @throws AppError `too_large`, `cancelled` when the client breaks it off or takes too long
 */
export async function* boundedBody(
  request: Request,
  { maxBytes, withinMs }: Bounds,
): AsyncGenerator<Uint8Array> {
  const tooLarge = () => new AppError('too_large', `That is more than the ${maxBytes} bytes allowed here.`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  const reader = request.body?.getReader();
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => undefined);
  const timer = withinMs === undefined ? undefined : setTimeout(() => late.reject(tooLate()), withinMs);
  let bytes = 0;
  try {
    for (;;) {
      const reading = reader?.read().catch(brokenOff);
      const { done = true, value } = (await Promise.race([reading, late.promise])) ?? {};
      if (done) return;
      bytes += value?.byteLength ?? 0;
      if (bytes > maxBytes) throw tooLarge();
      if (value !== undefined) yield value;
    }
  } finally {
    clearTimeout(timer);
    await reader?.cancel().catch(() => undefined);
  }
}

const brokenOff = (error: unknown): never => {
  throw new AppError('cancelled', 'The request broke off before its end. Send it again.', { cause: error });
};

const tooLate = () => new AppError('cancelled', 'The request took too long to arrive. Send it again.');

/** @throws AppError `too_large`, or `invalid_input` for what is not JSON */
export const readJson = async (
  c: GatewayContext,
  bounds: Bounds = { maxBytes: MAX_JSON_BYTES },
): Promise<unknown> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of boundedBody(c.req.raw, bounds)) chunks.push(chunk);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    throw new AppError('invalid_input', 'The body is not JSON.', { cause: error });
  }
};

/** @throws AppError `invalid_input` naming every field that is wrong */
export const readBody = async <Schema extends z.core.$ZodType>(
  c: GatewayContext,
  schema: Schema,
): Promise<z.output<Schema>> => checkBody(await readJson(c), schema);

/** @throws AppError `invalid_input` naming every field that is wrong */
export const checkBody = <Schema extends z.core.$ZodType>(
  body: unknown,
  schema: Schema,
): z.output<Schema> => {
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  throw new AppError('invalid_input', z.prettifyError(result.error));
};

/** A name in the path; what can't be one is not there. @throws AppError `not_found` */
export const readParam = <Schema extends z.core.$ZodType>(
  c: GatewayContext,
  name: string,
  schema: Schema,
): z.output<Schema> => {
  const result = z.safeParse(schema, c.req.param(name));
  if (result.success) return result.data;
  throw new AppError('not_found', `There is no "${c.req.param(name)}".`);
};
