import * as z from 'zod/mini';

/** Over plain HTTP. A cookie knows no port: every server of the same host gets it, so alone it opens nothing. */
export const SESSION_COOKIE = 'matrix_session';
/** Over HTTPS: the prefix keeps a page of another port or a subdomain from setting it (RFC 6265bis, 4.1.3.2). */
export const SECURE_SESSION_COOKIE = '__Host-matrix_session';

/** On every request of a signed-in page, beside the cookie: the key that only pages of its own origin can read. */
export const PAGE_KEY_HEADER = 'matrix-page-key';

/** A socket's handshake takes no headers of the page's, so the key is offered as one more subprotocol. */
export const SOCKET_PROTOCOL = 'matrix-os';
export const PAGE_KEY_PROTOCOL = 'matrix-page-key.';

/** `POST /auth/login` → `LoginAnswer` and the session cookie. A code works once. */
export const LoginRequest = z.strictObject({
  code: z.string().check(z.trim(), z.minLength(1), z.maxLength(100)),
});

/** What the page keeps in its origin's own storage. */
export const LoginAnswer = z.object({ key: z.string().check(z.minLength(1)) });
export type LoginAnswer = z.infer<typeof LoginAnswer>;

/** `POST /auth/codes`, with the bearer token or a session: a fresh one-time code. */
export const LoginCode = z.object({ code: z.string(), expiresAt: z.iso.datetime() });
export type LoginCode = z.infer<typeof LoginCode>;

/** `GET /auth/session` → 200 when signed in, else 401. `POST /auth/logout` → 204. */
export const AuthSession = z.object({ owner: z.literal(true), via: z.enum(['cookie', 'bearer']) });
