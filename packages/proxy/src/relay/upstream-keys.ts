/** The shared account's keys. A tenant stays with one while it can: caches, files and batches live with a key's account. */
export interface UpstreamKeys {
  /** Undefined when the operator gave none. */
  pick(tenant: string): UpstreamKey | undefined;
  /** The key was told to wait. */
  cool(key: UpstreamKey, retryAfterSeconds: number | undefined): void;
  /** How many may be used now. */
  ready(): number;
  readonly count: number;
}

interface UpstreamKey {
  readonly secret: string;
  coolUntil: number;
}

const DEFAULT_COOL_DOWN_SECONDS = 30;
const LONGEST_COOL_DOWN_SECONDS = 3600;

export const createUpstreamKeys = (secrets: readonly string[], now: () => number): UpstreamKeys => {
  const keys: UpstreamKey[] = secrets.map((secret) => ({ secret, coolUntil: 0 }));
  return {
    count: keys.length,
    ready: () => keys.filter((key) => key.coolUntil <= now()).length,
    pick(tenant) {
      if (keys.length <= 1) return keys[0];
      const start = spread(tenant) % keys.length;
      const ordered = keys.map((_, index) => keys[(start + index) % keys.length]);
      const at = now();
      // When all are cooling the one that is next to recover gets it, and upstream's own answer is passed on.
      return (
        ordered.find((key) => key !== undefined && key.coolUntil <= at) ??
        ordered.reduce((a, b) => (a !== undefined && b !== undefined && b.coolUntil < a.coolUntil ? b : a))
      );
    },
    cool(key, retryAfterSeconds) {
      const seconds = Math.min(
        Math.max(retryAfterSeconds ?? DEFAULT_COOL_DOWN_SECONDS, 1),
        LONGEST_COOL_DOWN_SECONDS,
      );
      key.coolUntil = now() + seconds * 1000;
    },
  };
};

/** FNV-1a: spreads names evenly, no more. */
const spread = (name: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
};
