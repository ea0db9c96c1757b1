/** One thing to do to a home; `to` is `path` itself, or the name beside an edited file. */
interface HomeStep {
  readonly kind: 'write' | 'beside';
  readonly path: string;
  readonly to: string;
}

interface PlanInput {
  /** sha256 of each template file, by path. */
  readonly template: ReadonlyMap<string, string>;
  /** What the template had when this home was last brought up to date; undefined for a first boot. */
  readonly recorded: Readonly<Record<string, string>> | undefined;
  /** sha256 of what is there now; undefined for nothing, a word that no hash equals for a link or folder. */
  readonly current: (path: string) => Promise<string | undefined>;
}

/** Whoever keeps that many files in the way of one gets no new version of it. */
const MAX_BESIDE = 20;

/** Says where a new home begins. One that is older than the file has begun already, and an upgrade is no beginning. */
const NEW_HOMES_ONLY: ReadonlySet<string> = new Set(['system/setup-plan.json']);

/** What brings a home up to date with the template without losing a word of the owner's. */
export const planHome = async ({ template, recorded, current }: PlanInput): Promise<HomeStep[]> => {
  const steps: HomeStep[] = [];
  for (const [path, hash] of template) {
    if (recorded !== undefined && NEW_HOMES_ONLY.has(path)) continue;
    const before = recorded && Object.hasOwn(recorded, path) ? recorded[path] : undefined;
    const now = await current(path);
    if (before === hash || now === hash) continue;
    // Recorded and gone: the owner deleted it, and it stays deleted.
    if (now === undefined && before !== undefined) continue;
    if (now === undefined || now === before) steps.push({ kind: 'write', path, to: path });
    // On a first boot the owner's own files are left without comment.
    else if (recorded !== undefined) {
      const to = await besidePath(path, hash, before, current);
      if (to !== undefined) steps.push({ kind: 'beside', path, to });
    }
  }
  return steps;
};

/** `system/soul.md` → `system/soul.new.md`, unless the owner keeps something of their own under that name. */
const besidePath = async (
  path: string,
  hash: string,
  before: string | undefined,
  current: PlanInput['current'],
): Promise<string | undefined> => {
  const slash = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  const cut = dot > slash ? dot : path.length;
  for (let n = 1; n <= MAX_BESIDE; n++) {
    const candidate = `${path.slice(0, cut)}.new${n === 1 ? '' : `-${n}`}${path.slice(cut)}`;
    const there = await current(candidate);
    if (there === undefined || there === hash || there === before) return candidate;
  }
  return undefined;
};
