import { KEY_NAMES } from './page-key.ts';

/**
 * Runs in the page's head, as text: a page of which a script or a style could not be fetched stays a picture for ever, so it is
 * loaded again. A browser drops what it is fetching when any network of the machine comes or goes, even from the machine itself,
 * and a machine's own screen opens just when its network does. It knows nothing of its surroundings but what it is given.
 */
const reloadWhenIncomplete = (names: { readonly keyItem: string; readonly keyHeader: string }) => {
  const tries = 'matrix.incomplete';
  const isMissing = (part: HTMLScriptElement | HTMLLinkElement) => {
    if (part instanceof HTMLLinkElement) return part.sheet === null;
    const fetched = performance.getEntriesByName(part.src).at(-1);
    if (!(fetched instanceof PerformanceResourceTiming)) return false;
    // Also a script of a release that is not there any more.
    return fetched.responseStatus === 0 || fetched.responseStatus >= 400;
  };
  const again = async (count: number) => {
    sessionStorage.setItem(tries, String(count));
    if (count > 2) {
      const message = document.createElement('p');
      message.setAttribute('role', 'alert');
      message.textContent = 'A part of this page could not be loaded. Trying again…';
      // The styles may be what is missing.
      message.style.cssText =
        'position:fixed;bottom:15%;left:50%;transform:translateX(-50%);margin:0;padding:10px 18px;border-radius:10px;' +
        'background:Canvas;color:CanvasText;font:16px system-ui,sans-serif';
      document.body.append(message);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, 100 * 3 ** count)));
    const facts = new URLSearchParams(window.location.hash.slice(1));
    if (facts.has('code')) {
      // A code works once: who is in by it must not show it again.
      await window.earlyRequests?.['POST /auth/login']?.catch(() => undefined);
      const headers = { [names.keyHeader]: window.localStorage.getItem(names.keyItem) ?? '' };
      const isIn = await fetch('/api/system', { headers }).then(
        (answer) => answer.ok,
        () => false,
      );
      if (isIn) facts.delete('code');
    }
    const { pathname, search } = window.location;
    window.history.replaceState(
      null,
      '',
      facts.size === 0 ? pathname + search : `${pathname}${search}#${facts}`,
    );
    window.location.reload();
  };
  window.addEventListener('load', () => {
    const parts = document.querySelectorAll<HTMLScriptElement | HTMLLinkElement>(
      'script[src], link[rel=stylesheet]',
    );
    if ([...parts].some(isMissing)) return void again(Number(sessionStorage.getItem(tries)) + 1);
    sessionStorage.removeItem(tries);
  });
};

export const RELOAD_WHEN_INCOMPLETE = `(${reloadWhenIncomplete.toString()})(${KEY_NAMES})`;
