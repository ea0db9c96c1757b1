import type { ToolRequest } from '../engine.ts';

/** What a tool call touches, as far as its input tells. Paths are as the model wrote them. */
export interface ToolEffects {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Whether it goes through everything below what it reads. */
  readonly searches: boolean;
  readonly command?: string;
  /** What it tells the network, and whom. */
  readonly network?: { readonly summary: string; readonly detail: string; readonly remember: string };
  /** Whether files may change, so that a snapshot comes first. */
  readonly changes: boolean;
  /** False: a tool that nobody has thought about. */
  readonly known: boolean;
}

const NONE: ToolEffects = { reads: [], writes: [], searches: false, changes: false, known: true };

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const list = (value: unknown): string[] => {
  const one = text(value);
  return one === undefined ? [] : [one];
};

const hostOf = (url: unknown): string => {
  try {
    return new URL(text(url) ?? '').hostname;
  } catch {
    return 'an unknown place';
  }
};

/** The folder in which a pattern starts to look: what stands before its first wildcard. */
const patternRoot = (pattern: string): string => {
  const wild = pattern.search(/[*?[{]/);
  if (wild < 0) return pattern;
  const slash = pattern.lastIndexOf('/', wild);
  return slash < 0 ? '.' : pattern.slice(0, slash) || '/';
};

const within = (folder: unknown, pattern: string): string => {
  const root = patternRoot(pattern);
  const base = text(folder);
  return base === undefined || root.startsWith('/') || root.startsWith('~') ? root : `${base}/${root}`;
};

// The OS's own tools act through code that guards itself; these change the home's files.
const OS_CHANGES = new Set([
  'install_app',
  'remove_app',
  'schedule_job',
  'cancel_job',
  'remember',
  'outside',
]);
const OS_TOOL = /^mcp__os__([a-z_]+)$/;

export const effectsOf = ({ name, input }: ToolRequest): ToolEffects => {
  switch (name) {
    case 'Write':
    case 'Edit':
    case 'MultiEdit':
      return { ...NONE, writes: list(input.file_path), changes: true };
    case 'NotebookEdit':
      return { ...NONE, writes: list(input.notebook_path), changes: true };
    case 'Read':
      return { ...NONE, reads: list(input.file_path) };
    case 'Glob':
      return {
        ...NONE,
        searches: true,
        reads: [...list(input.path), within(input.path, text(input.pattern) ?? '.')],
      };
    case 'Grep':
      return {
        ...NONE,
        searches: true,
        reads: [text(input.path) ?? '.', within(input.path, text(input.glob) ?? '.')],
      };
    case 'Bash':
      return { ...NONE, command: text(input.command) ?? '', changes: true };
    case 'WebFetch': {
      const host = hostOf(input.url);
      const detail = text(input.url) ?? host;
      return { ...NONE, network: { summary: `Read from ${host}`, detail, remember: `any page of ${host}` } };
    }
    case 'WebSearch': {
      const query = text(input.query) ?? '';
      return { ...NONE, network: { summary: 'Search the web', detail: query, remember: 'any search' } };
    }
    case 'Agent':
    case 'Task':
    case 'TodoWrite':
      return NONE;
  }
  const os = OS_TOOL.exec(name)?.[1];
  if (os !== undefined) return { ...NONE, changes: OS_CHANGES.has(os) };
  return { ...NONE, changes: true, known: false };
};
