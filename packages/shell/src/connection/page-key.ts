import { PAGE_KEY_HEADER, PAGE_KEY_PROTOCOL, SOCKET_PROTOCOL } from '@matrix-os/contracts';

/** Under which name this origin's storage holds the key. Another port of the host gets the same cookies, but not this. */
const PAGE_KEY_ITEM = 'matrix.page-key';

/** For the scripts in the page's head, which are text and import nothing. */
export const KEY_NAMES = JSON.stringify({ keyItem: PAGE_KEY_ITEM, keyHeader: PAGE_KEY_HEADER });

/** Read anew each time: another tab may have signed in since. */
export const pageKey = (): string | null => {
  try {
    return window.localStorage.getItem(PAGE_KEY_ITEM);
  } catch {
    // A browser that is told to keep nothing; signing in says so.
    return null;
  }
};

/** @throws DOMException in a browser that keeps nothing for this page */
export const keepPageKey = (key: string): void => window.localStorage.setItem(PAGE_KEY_ITEM, key);

/** `fetch` with the proof that it is a page of this origin that asks. */
export const fetchWithKey: typeof fetch = async (input, init) => {
  const ask = (key: string | null) => {
    const headers = new Headers(init?.headers);
    if (key !== null) headers.set(PAGE_KEY_HEADER, key);
    return window.fetch(input, { ...init, headers });
  };
  const key = pageKey();
  const answer = await ask(key);
  // Another tab has signed in just now: its cookie was there before its key.
  return answer.status === 401 && pageKey() !== key ? ask(pageKey()) : answer;
};

/** A socket's handshake has no room for a header, so the key goes as the name of a protocol that nobody speaks. */
export const openSocket = (url: string): WebSocket => {
  const key = pageKey();
  return new WebSocket(url, key === null ? [SOCKET_PROTOCOL] : [SOCKET_PROTOCOL, PAGE_KEY_PROTOCOL + key]);
};
