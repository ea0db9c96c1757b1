import * as z from 'zod/mini';

/** A folder name that is also a URL part, a DNS label and a git path: lower case, digits, single hyphens. */
export const AppName = z
  .string()
  .check(z.maxLength(40), z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and hyphens'));
export type AppName = z.infer<typeof AppName>;

/** What can't name anybody: words of the system's own, and of the addresses where a handle stands in a path. */
const RESERVED_HANDLES = new Set([
  ...['owner', 'system', 'kernel', 'matrix', 'matrix-os', 'admin', 'root', 'guest', 'visitor', 'localhost'],
  ...['me', 'default', 'summary', 'export'],
]);

/**
 * The name of one OS, wherever it is named: to other OSes, as a tenant of the proxy, in a host name. One DNS label of ASCII,
 * so that no two that look alike are different; single hyphens, which keeps out the coded form of other scripts (`xn--`).
 */
export const OsHandle = z.string().check(
  z.maxLength(63),
  z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and single hyphens between them'),
  z.refine((name) => !RESERVED_HANDLES.has(name), 'this name is reserved'),
);
export type OsHandle = z.infer<typeof OsHandle>;

export const SessionId = z.string().check(z.regex(/^ses_[0-9a-z]{21}$/));
export const TurnId = z.string().check(z.regex(/^trn_[0-9a-z]{21}$/));
export const ApprovalId = z.string().check(z.regex(/^apr_[0-9a-z]{21}$/));

/** RFC 3339 in UTC. */
export const Timestamp = z.iso.datetime();

/** A key of an app's own data: one file `data/<key>.json` in its folder. */
export const DataKey = z
  .string()
  .check(z.maxLength(80), z.regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/, 'use letters, digits, - and _'));
