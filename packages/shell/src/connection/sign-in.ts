import { createApi } from './api.ts';

/** The code stands in the fragment, which no server and no log ever sees, and leaves the address bar at once. */
export const takeCode = (): string | null => {
  const code = new URLSearchParams(window.location.hash.slice(1)).get('code');
  if (window.location.hash !== '') window.history.replaceState(null, '', window.location.pathname);
  return code;
};

/** Makes this browser the owner's. @throws ApiError */
export const signIn = (code: string): Promise<void> =>
  createApi({ fetch: window.fetch.bind(window), onSignedOut: () => undefined }).send('POST', '/auth/login', {
    code: code.trim(),
  });
