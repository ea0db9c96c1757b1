import { AppError } from '@matrix-os/kit';
import type { EngineEvent } from '../../engine.ts';
import { writeHomeFile } from '../../home/home-file.ts';
import { isProtected } from '../../home/protected-paths.ts';
import type { ActionContext } from '../context.ts';
import { type FoundPath, readText } from '../home-files.ts';
import { useTool } from '../use-tool.ts';

/** Writes a whole file; `change` sees what is there at the moment of writing, undefined for nothing. */
export async function* writeFile(
  context: ActionContext,
  found: FoundPath,
  summary: string,
  change: (before: string | undefined) => string,
): AsyncGenerator<EngineEvent, void> {
  if (found.kind === 'folder')
    throw new AppError('conflict', `“${found.path}” is a folder. Name a file in it.`);
  const tool = { name: 'Write', input: { file_path: found.path }, summary };
  yield* useTool(context, tool, async () => {
    // Resolved again after the wait for leave: the path may have become a link meanwhile.
    const { confinement, home } = context;
    const path = confinement.relative(await confinement.resolve(found.path));
    if (isProtected(path)) throw new AppError('forbidden', `"${path}" belongs to the system.`);
    const before = found.kind === 'none' ? undefined : await readText(home, path);
    if (found.kind === 'file' && before === undefined)
      throw new AppError('conflict', `“${found.path}” is not a text file, so I leave it alone.`);
    await writeHomeFile(home, path, change(before));
  });
}

/** Adds to the end in the style of what is there: as items where the file ends in a list, as a paragraph otherwise. */
export const appendText = (before: string | undefined, text: string, heading: string): string => {
  if (before === undefined || before.trim() === '') return `# ${heading}\n\n${asItems(text, '- ')}`;
  const lines = before.trimEnd().split('\n');
  const bullet = /^(\s*(?:[-*+] \[[ xX]\]|[-*+]) )/.exec(lines.at(-1) ?? '')?.[1]?.replace(/\[[xX]\]/, '[ ]');
  const body = bullet === undefined ? `${text}\n` : asItems(text, bullet);
  return `${before.trimEnd()}\n${body}`;
};

/** "eggs, milk and bread" is three things on a list; "salt and pepper" may be one. */
const asItems = (text: string, bullet: string): string => {
  const isList = text.includes(',') && text.length < 200 && !/[.!?]\s/.test(text);
  const items = isList ? text.split(/\s*,\s*(?:and\s+)?|\s+and\s+/) : [text];
  return items
    .filter((item) => item !== '')
    .map((item) => `${bullet}${item.replaceAll('\n', `\n${' '.repeat(bullet.length)}`)}\n`)
    .join('');
};
