declare global {
  interface Window {
    /** By method and path, what was asked for before the page's own code was there. */
    earlyRequests?: Partial<Record<string, Promise<Response>>>;
  }
}

/**
 * Runs in the page's head, as text: it signs in with the code in the address and asks whether the setup comes first, while the
 * page's own code is still on its way. It knows nothing of its surroundings, and nothing depends on it: who finds no answer here
 * asks anew.
 */
const requestEarly = () => {
  if (window.location.pathname !== '/') return;
  const early: NonNullable<Window['earlyRequests']> = {};
  const code = new URLSearchParams(window.location.hash.slice(1)).get('code');
  if (code) {
    early['POST /auth/login'] = fetch('/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code }),
    });
  }
  const plan = '/files/system/setup-plan.json';
  early[`GET ${plan}`] = Promise.resolve(early['POST /auth/login']).then(() => fetch(plan));
  for (const answer of Object.values(early)) answer?.catch(() => {}); // Whoever takes it hears of it.
  window.earlyRequests = early;
};

export const EARLY_REQUESTS = `(${requestEarly.toString()})()`;

/** `fetch`, but an answer that was asked for early is taken, once. */
export const fetchOrEarly: typeof fetch = (input, init) => {
  const name = `${init?.method ?? 'GET'} ${typeof input === 'string' ? input : ''}`;
  const early = window.earlyRequests?.[name];
  if (early === undefined) return window.fetch(input, init);
  delete window.earlyRequests?.[name];
  return early;
};
