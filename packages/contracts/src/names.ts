import * as z from 'zod/mini';

/** A folder name that is also a URL part, a DNS label and a git path: lower case, digits, single hyphens. */
export const AppName = z
  .string()
  .check(z.maxLength(40), z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and hyphens'));
export type AppName = z.infer<typeof AppName>;

export const SessionId = z.string().check(z.regex(/^ses_[0-9a-z]{21}$/));
export const TurnId = z.string().check(z.regex(/^trn_[0-9a-z]{21}$/));
export const ApprovalId = z.string().check(z.regex(/^apr_[0-9a-z]{21}$/));

/** RFC 3339 in UTC. */
export const Timestamp = z.iso.datetime();

/** A key of an app's own data: one file `data/<key>.json` in its folder. */
export const DataKey = z
  .string()
  .check(z.maxLength(80), z.regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/, 'use letters, digits, - and _'));
