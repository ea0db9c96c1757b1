import { AppError } from '@matrix-os/kit';
import type { GatewayContext } from './context.ts';

const pathOf = (target: string): string => target.split('?', 1)[0] ?? '';

/** The path as it was sent: nothing decoded, no dot segment taken out. */
export const rawPath = (c: GatewayContext): string => pathOf(c.env?.incoming?.url ?? requestPath(c));

const requestPath = (c: GatewayContext): string =>
  c.req.url.replace(/^[a-z]+:\/\/[^/]*/i, '').split('#', 1)[0] ?? '';

/**
 * Refuses a target that reads differently once normalised (dot segments plain or encoded, a backslash, a fragment, an
 * absolute form): the router, the guards and the routes then all look at the same path.
 *
 * @throws AppError `invalid_input`
 */
export const assertPlainTarget = (c: GatewayContext): void => {
  const raw = rawPath(c);
  if (raw.startsWith('/') && raw === pathOf(requestPath(c))) return;
  throw new AppError(
    'invalid_input',
    'Send the path percent-encoded, from / on, and without "." or ".." parts.',
  );
};

/**
 * What follows `prefix` in the path as it was sent, decoded once.
 *
 * @throws AppError `invalid_input` for a broken encoding
 */
export const decodedRest = (c: GatewayContext, prefix: string): string => {
  const raw = rawPath(c);
  if (!raw.startsWith(prefix))
    throw new AppError('invalid_input', `Write "${prefix}" as it is, not encoded.`);
  const rest = raw.slice(prefix.length);
  // An encoded slash is a name with a slash in it, which no file has.
  if (/%2f/i.test(rest)) throw new AppError('invalid_input', 'Send / between the parts of a path as it is.');
  try {
    return decodeURIComponent(rest);
  } catch (error) {
    throw new AppError('invalid_input', 'The path is not valid percent-encoded UTF-8.', { cause: error });
  }
};
