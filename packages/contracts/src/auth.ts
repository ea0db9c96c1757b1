import * as z from 'zod/mini';

export const SESSION_COOKIE = 'matrix_session';

/** `POST /auth/login` → 204 and the session cookie. A code works once. */
export const LoginRequest = z.strictObject({
  code: z.string().check(z.trim(), z.minLength(1), z.maxLength(100)),
});

/** `POST /auth/codes`, with the bearer token or a session: a fresh one-time code. */
export const LoginCode = z.object({ code: z.string(), expiresAt: z.iso.datetime() });
export type LoginCode = z.infer<typeof LoginCode>;

/** `GET /auth/session` → 200 when signed in, else 401. `POST /auth/logout` → 204. */
export const AuthSession = z.object({ owner: z.literal(true), via: z.enum(['cookie', 'bearer']) });
