import { createId } from '@matrix-os/kit';
import type { EngineEvent } from '../../engine.ts';
import type { Action, ActionContext } from '../context.ts';
import { findPath, readText } from '../home-files.ts';
import type { IntentName } from '../intent.ts';
import { useTool } from '../use-tool.ts';
import { shorten } from './phrases.ts';
import { appendText, writeFile } from './write-file.ts';

const NOTES = 'documents/notes.md';

const add: Action = async function* add({ name, text }, context) {
  if (text === undefined && name === undefined)
    return 'What should I note? Say, for example, “note: buy milk”.';
  const said = name === undefined ? NOTES : `documents/${slugOf(name)}.md`;
  const found = await findPath(context.confinement, said);
  const heading = name ?? 'Notes';
  yield* writeFile(context, found, `Writing ${found.path}`, (before) =>
    text === undefined ? (before ?? `# ${heading}\n\n`) : appendText(before, text, heading),
  );
  return text === undefined
    ? `The note “${heading}” is in ${found.path}.`
    : `Noted in ${found.path}: ${shorten(text)}`;
};

/** "Trip to Rome!" → `trip-to-rome` */
const slugOf = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '') || 'note';

const show: Action = async function* show(_slots, context) {
  const found = await findPath(context.confinement, NOTES);
  if (found.kind !== 'file') return 'There are no notes yet. Say, for example, “note: buy milk”.';
  const tool = { name: 'Read', input: { file_path: found.path }, summary: `Reading ${found.path}` };
  return (
    (yield* useTool(context, tool, () => readText(context.home, found.path))) ??
    `${found.path} is not a text file.`
  );
};

/** Puts items into the To-do app's own list, which takes anything with a text. Undefined: nothing was there to add to. */
export async function* addTodo(
  context: ActionContext,
  text: string,
): AsyncGenerator<EngineEvent, string | undefined> {
  const { apps } = await context.apps.list();
  if (!apps.some((app) => app.name === 'todo')) return undefined;
  const tool = {
    name: 'Write',
    input: { file_path: 'apps/todo/data/todos.json' },
    summary: 'Adding to the to-do list',
  };
  yield* useTool(context, tool, async () => {
    const value = await context.apps.data.read('todo', 'todos');
    const item = { id: createId('todo'), text, done: false };
    await context.apps.data.write('todo', 'todos', withItem(value, item));
  });
  return `Added to your to-do list: ${shorten(text)}`;
}

const withItem = (value: unknown, item: Record<string, unknown>): unknown => {
  if (Array.isArray(value)) return [...value, item];
  const file = typeof value === 'object' && value !== null ? value : { version: 1 };
  const items = 'items' in file && Array.isArray(file.items) ? file.items : [];
  return { ...file, items: [...items, item] };
};

export const NOTE_ACTIONS = { note_add: add, note_show: show } as const satisfies Partial<
  Record<IntentName, Action>
>;
