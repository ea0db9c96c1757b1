/**
 * Which apps' windows are open in the pages of this browser, told again each second. A page takes its mark away when it is
 * left; one that was frozen or died can't, and so the next page knows not to open the same again.
 */
export interface OpenAppsMark {
  /** The apps that were open in a page that did not come to a proper end. Forgets them. */
  takeLost(): readonly string[];
  /** No apps, no mark. */
  keep(apps: readonly string[]): void;
  /** The page is being left. One that stood still just before keeps its mark. */
  leave(): void;
}

interface Mark {
  readonly apps: readonly string[];
  /** When the page was last seen alive, Unix ms. */
  readonly at: number;
}

const PREFIX = 'matrix.open-apps.';
const OWN = 'matrix.page';
/** Marks are renewed each second. Another page's that is older than this is not alive. */
const ALIVE_MS = 5000;

type Local = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;
type Session = Pick<Storage, 'getItem' | 'setItem'>;

/** Kept where the browser lets us; where it doesn't, windows come back as they were. */
export const createOpenAppsMark = (options: {
  readonly local: () => Local;
  /** Of the tab: it tells a page that is loaded anew from another one that is open. */
  readonly session: () => Session;
  readonly now: () => number;
  /** A page that nobody sees may be put away without a word, and keeps no mark. */
  readonly visible: () => boolean;
}): OpenAppsMark => {
  const { now } = options;
  const own = attempt(() => {
    const id = options.session().getItem(OWN) ?? crypto.randomUUID();
    options.session().setItem(OWN, id);
    return PREFIX + id;
  });

  const names = (local: Local): string[] =>
    Array.from({ length: local.length }, (_, i) => local.key(i) ?? '').filter((name) =>
      name.startsWith(PREFIX),
    );

  return {
    takeLost: () =>
      attempt(() => {
        const local = options.local();
        const lost = names(local).flatMap((name) => {
          const mark = read(local.getItem(name));
          if (mark !== undefined && name !== own && now() - mark.at < ALIVE_MS) return [];
          local.removeItem(name);
          return mark?.apps ?? [];
        });
        return [...new Set(lost)];
      }) ?? [],
    keep: (apps) =>
      attempt(() => {
        if (own === undefined || !options.visible()) return;
        if (apps.length === 0) options.local().removeItem(own);
        else options.local().setItem(own, JSON.stringify({ apps, at: now() } satisfies Mark));
      }),
    leave: () =>
      attempt(() => {
        if (own === undefined) return;
        const mark = read(options.local().getItem(own));
        if (mark !== undefined && now() - mark.at < ALIVE_MS) options.local().removeItem(own);
      }),
  };
};

const attempt = <T>(step: () => T): T | undefined => {
  try {
    return step();
  } catch {
    return undefined;
  }
};

const read = (text: string | null): Mark | undefined => {
  const value: unknown = attempt(() => JSON.parse(text ?? 'null'));
  if (typeof value !== 'object' || value === null || !('apps' in value) || !('at' in value)) return undefined;
  const { apps, at } = value;
  return Array.isArray(apps) && typeof at === 'number'
    ? { apps: apps.filter((app) => typeof app === 'string'), at }
    : undefined;
};
