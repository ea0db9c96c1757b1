import { AppError } from '@matrix-os/kit';
import { inHomeFolder } from '../../home/hold-folder.ts';
import { listHomeFolder } from '../../home/home-file.ts';
import { isProtected } from '../../home/protected-paths.ts';
import { type Action, answering } from '../context.ts';
import { findPath, listOwnFiles, readText } from '../home-files.ts';
import type { IntentName } from '../intent.ts';
import { searchFiles } from '../search-files.ts';
import { useTool } from '../use-tool.ts';
import { addTodo } from './notes.ts';
import { plural, shorten } from './phrases.ts';
import { appendText, writeFile } from './write-file.ts';

const MAX_SHOWN = 6000;
const MAX_LISTED = 40;

const make: Action = async function* make({ path = '', text }, context) {
  const found = await findPath(context.confinement, /\.\w+$/.test(path) ? path : `${path}.md`);
  if (found.kind !== 'none')
    return `“${found.path}” is there already. Say “add … to ${found.path}” to write into it.`;
  yield* writeFile(context, found, `Writing ${found.path}`, () => (text === undefined ? '' : `${text}\n`));
  return `I made ${found.path}.`;
};

const makeFolder: Action = async function* makeFolder({ path = '' }, context) {
  const found = await findPath(context.confinement, path);
  if (found.kind !== 'none') return `“${found.path}” is there already.`;
  const tool = {
    name: 'Write',
    input: { file_path: found.path },
    summary: `Making the folder ${found.path}`,
  };
  yield* useTool(context, tool, () =>
    inHomeFolder(context.home, found.path, async () => undefined, { make: true }),
  );
  return `I made the folder ${found.path}.`;
};

const append: Action = async function* append({ path = '', text = '' }, context) {
  const isPath = /[./]/.test(path);
  const name = isPath ? path : path.replace(/\s+(?:file|document|notes?)$/i, '');
  const found = await findPath(context.confinement, isPath ? path : name.replaceAll(/\s+/g, '-'));
  if (!isPath && found.kind === 'none') {
    if (/^(?:to-?dos?|to do|tasks?)(?: list)?$/i.test(name)) {
      const added = yield* addTodo(context, text);
      if (added !== undefined) return added;
    }
    if (!/list|groceries|log|diary|journal|notes?$/i.test(path))
      return `I know no file “${path}”. Name it with its ending, such as “add ${shorten(text, 30)} to ${name}.md”, and I'll make it.`;
  }
  const target =
    found.kind === 'none' && !/\.\w+$/.test(found.path)
      ? await findPath(context.confinement, `${found.path}.md`)
      : found;
  const heading = name.replace(/^.*\//, '').replace(/\.\w+$/, '');
  const isMarkdown = target.path.endsWith('.md');
  yield* writeFile(context, target, `Writing ${target.path}`, (before) =>
    isMarkdown || before !== undefined ? appendText(before, text, capitalize(heading)) : `${text}\n`,
  );
  return `Added to ${target.path}: ${shorten(text)}`;
};

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const read: Action = async function* read({ path = '' }, context) {
  const found = await findPath(context.confinement, path);
  if (found.kind === 'folder') return yield* list({ path: found.path }, context);
  if (found.kind === 'none') return `There is no “${path}”. Say “find ${path}” to look for it.`;
  const tool = { name: 'Read', input: { file_path: found.path }, summary: `Reading ${found.path}` };
  const text = yield* useTool(context, tool, () => readText(context.home, found.path));
  if (text === undefined) return `${found.path} is not a text file. Open it in Files.`;
  if (text.trim() === '') return `${found.path} is empty.`;
  return text.length > MAX_SHOWN
    ? `${text.slice(0, MAX_SHOWN)}\n\n… and more: open ${found.path} in Files.`
    : text;
};

const find: Action = async function* find({ query = '' }, context) {
  const tool = {
    name: 'Grep',
    input: { pattern: query, path: '.' },
    summary: `Looking for “${query}” in your files`,
  };
  const hits = yield* useTool(context, tool, () => searchFiles(context.home, query, context.signal));
  if (hits.length === 0) return `I found nothing about “${query}” in your files.`;
  const lines = hits.map((hit) => `- ${hit.path}${hit.line === '' ? '' : `: ${shorten(hit.line)}`}`);
  return `Found in ${plural(hits.length, 'file')}:\n${lines.join('\n')}`;
};

const list: Action = async function* list({ path }, context) {
  if (path === undefined || /^home$/i.test(path)) {
    const files = await listOwnFiles(context.home, context.signal);
    const mine = files.filter((file) => !/^(?:system|agents)\//.test(file));
    if (mine.length === 0) return 'Your home has no files of yours yet.';
    return `${plural(mine.length, 'file')}:\n${asList(mine)}`;
  }
  const found = await findPath(context.confinement, path);
  if (found.kind !== 'folder') return `There is no folder “${path}”.`;
  const tool = {
    name: 'Glob',
    input: { pattern: '*', path: found.path },
    summary: `Looking into ${found.path}`,
  };
  const entries = yield* useTool(context, tool, () => listHomeFolder(context.home, found.path));
  const names = entries
    .filter((entry) => !entry.name.startsWith('.') && !isProtected(`${found.path}/${entry.name}`))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort();
  return names.length === 0 ? `${found.path} is empty.` : `In ${found.path}:\n${asList(names)}`;
};

const asList = (names: readonly string[]): string =>
  names
    .slice(0, MAX_LISTED)
    .map((name) => `- ${name}`)
    .join('\n') + (names.length > MAX_LISTED ? `\n… and ${names.length - MAX_LISTED} more` : '');

const remove: Action = async function* remove({ path = '' }, context) {
  const found = await findPath(context.confinement, path);
  if (found.kind === 'none') return `There is no “${path}”, so nothing was deleted.`;
  const tool = {
    name: 'Write',
    input: { file_path: found.path },
    summary: `Moving ${found.path} to the bin`,
  };
  yield* useTool(context, tool, () => context.trash.trash(found.path));
  return `${found.path} is in the bin. Say “restore ${found.path}” to get it back.`;
};

const restore: Action = async function* restore({ what = '' }, context) {
  const wanted = what.toLowerCase().replace(/^(?:file|folder|app) | (?:file|folder|app)$/g, '');
  const bin = await context.trash.list();
  const item =
    bin.find((one) => one.id === wanted || one.path.toLowerCase() === wanted) ??
    bin.find((one) => nameOf(one.path) === wanted || nameOf(one.path).replace(/\.\w+$/, '') === wanted);
  if (item === undefined) return `There is no “${what}” in the bin.`;
  const tool = { name: 'Write', input: { file_path: item.path }, summary: `Restoring ${item.path}` };
  yield* useTool(context, tool, () => context.trash.restore(item.id));
  return `${item.path} is back.`;
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).toLowerCase();

const listBin = answering(async (_slots, context) => {
  const bin = await context.trash.list();
  if (bin.length === 0) return 'The bin is empty.';
  return `In the bin, the latest first:\n${asList(bin.map((item) => item.path))}\nSay “restore …” to get one back.`;
});

const deleteAll = answering(async () => {
  throw new AppError(
    'forbidden',
    'I only delete what you name, one thing at a time, and into the bin. Nothing was deleted.',
  );
});

export const FILE_ACTIONS = {
  file_make: make,
  folder_make: makeFolder,
  file_append: append,
  file_read: read,
  file_find: find,
  file_list: list,
  file_delete: remove,
  delete_all: deleteAll,
  restore,
  list_bin: listBin,
} as const satisfies Partial<Record<IntentName, Action>>;
