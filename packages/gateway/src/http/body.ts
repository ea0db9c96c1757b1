import { AppError } from '@matrix-os/kit';
import { z } from 'zod';
import type { GatewayContext } from './context.ts';

const MAX_JSON_BYTES = 1_000_000;

/**
 * The request's body as it comes, never more than `limit` bytes of it.
 *
 * @throws AppError `too_large`, `cancelled` when the client breaks it off
 */
export async function* boundedBody(request: Request, limit: number): AsyncGenerator<Uint8Array> {
  const tooLarge = () => new AppError('too_large', `That is more than the ${limit} bytes allowed here.`);
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge();
  const reader = request.body?.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done = true, value } = (await reader?.read().catch(brokenOff)) ?? {};
      if (done) return;
      bytes += value?.byteLength ?? 0;
      if (bytes > limit) throw tooLarge();
      if (value !== undefined) yield value;
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
}

const brokenOff = (error: unknown): never => {
  throw new AppError('cancelled', 'The request broke off before its end. Send it again.', { cause: error });
};

/** @throws AppError `too_large`, or `invalid_input` for what is not JSON */
export const readJson = async (c: GatewayContext, limit = MAX_JSON_BYTES): Promise<unknown> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of boundedBody(c.req.raw, limit)) chunks.push(chunk);
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
): Promise<z.output<Schema>> => {
  const result = z.safeParse(schema, await readJson(c));
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
