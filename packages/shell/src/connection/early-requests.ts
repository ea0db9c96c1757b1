import { fetchWithKey, KEY_NAMES } from './page-key.ts';

declare global {
  interface Window {
    /** By method and path, what was asked for before the page's own code was there. */
    earlyRequests?: Partial<Record<string, Promise<Response>>>;
  }
}

/**
 * Runs in the page's head, as text: it signs in with the code in the address and asks whether the setup comes first, while the
 * page's own code is still on its way. It knows nothing of its surroundings but what it is given, and nothing depends on it: who
 * finds no answer here asks anew.
 */
const requestEarly = (names: { readonly keyItem: string; readonly keyHeader: string }) => {
  if (window.location.pathname !== '/') return;
  const early: NonNullable<Window['earlyRequests']> = {};
  const signIn = async (code: string) => {
    const answer = await fetch('/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    try {
      if (answer.ok) window.localStorage.setItem(names.keyItem, (await answer.clone().json()).key);
    } catch {} // Whoever signs in with this answer tries it too, and says why not.
    return answer;
  };
  const code = new URLSearchParams(window.location.hash.slice(1)).get('code');
  if (code) early['POST /auth/login'] = signIn(code);
  const plan = '/files/system/setup-plan.json';
  early[`GET ${plan}`] = Promise.resolve(early['POST /auth/login']).then(() =>
    fetch(plan, { headers: { [names.keyHeader]: window.localStorage.getItem(names.keyItem) ?? '' } }),
  );
  for (const answer of Object.values(early)) answer?.catch(() => {}); // Whoever takes it hears of it.
  window.earlyRequests = early;
};

export const EARLY_REQUESTS = `(${requestEarly.toString()})(${KEY_NAMES})`;

/** `fetch` of a signed-in page, but an answer that was asked for early is taken, once. */
export const fetchOrEarly: typeof fetch = (input, init) => {
  const name = `${init?.method ?? 'GET'} ${typeof input === 'string' ? input : ''}`;
  const early = window.earlyRequests?.[name];
  if (early === undefined) return fetchWithKey(input, init);
  delete window.earlyRequests?.[name];
  return early;
};
