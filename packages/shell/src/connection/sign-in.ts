import { LoginAnswer } from '@matrix-os/contracts';
import { ApiError, createApi } from './api.ts';
import { fetchOrEarly } from './early-requests.ts';
import { keepPageKey } from './page-key.ts';

/** The code stands in the fragment, which no server and no log ever sees. */
export const codeInAddress = (): string | null =>
  new URLSearchParams(window.location.hash.slice(1)).get('code');

/** Takes the fragment out of the address bar. Not before the page is put together: the framework writes back what it has found. */
export const clearAddress = (): void => {
  if (window.location.hash !== '') window.history.replaceState(null, '', window.location.pathname);
};

export const takeCode = (): string | null => {
  const code = codeInAddress();
  clearAddress();
  return code;
};

/** Makes this browser the owner's. @throws ApiError */
export const signIn = async (code: string): Promise<void> => {
  const api = createApi({ fetch: fetchOrEarly, onSignedOut: () => undefined });
  const { key } = await api.call('POST', '/auth/login', LoginAnswer, { code: code.trim() });
  try {
    keepPageKey(key);
  } catch {
    const message =
      'This browser keeps nothing for this page. Allow it cookies and site data, then get a new link.';
    throw new ApiError('no_storage', 200, message);
  }
};
