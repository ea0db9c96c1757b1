import { statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { Theme } from '@matrix-os/contracts';
import { readJsonFile, writeJsonFile } from '../../home/json-file.ts';
import { type Action, type ActionContext, answering } from '../context.ts';
import type { IntentName } from '../intent.ts';
import { ACCENTS } from '../intents/theme.ts';
import { useTool } from '../use-tool.ts';
import { joinWords, plural } from './phrases.ts';

const THEME = 'system/theme.json';

const status = answering(async (_slots, context) => {
  const [{ apps }, jobs, disk] = await Promise.all([
    context.apps.list(),
    context.jobs.list(),
    statfs(context.home).catch(() => undefined),
  ]);
  const broken = apps.filter((app) => app.problem !== null);
  return [
    `Matrix OS ${context.version}, with the built-in helper.`,
    `- Apps: ${apps.length} installed${
      broken.length > 0
        ? `, ${joinWords(
            broken.map((app) => app.title),
            'and',
          )} with a problem`
        : ''
    }`,
    `- Scheduled: ${plural(jobs.length, 'job')}`,
    `- Memory: ${gigabytes(freemem())} of ${gigabytes(totalmem())} free`,
    ...(disk
      ? [`- Disk: ${gigabytes(disk.bavail * disk.bsize)} of ${gigabytes(disk.blocks * disk.bsize)} free`]
      : []),
    `- Home: ${context.home}`,
  ].join('\n');
});

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

const changeTheme = async function* changeTheme(
  context: ActionContext,
  change: Partial<Theme>,
  summary: string,
) {
  const tool = { name: 'Write', input: { file_path: THEME }, summary };
  yield* useTool(context, tool, async () => {
    // Damaged or not, a theme is easily made again, so nobody needs to hear of it.
    const theme = await readJsonFile(context.home, THEME, Theme, { onDamaged: () => {} });
    await writeJsonFile(context.home, THEME, { ...(theme ?? Theme.parse({})), ...change });
  });
};

const setMode: Action = async function* setMode(slots, context) {
  const wanted = Theme.shape.mode.parse(slots.mode);
  yield* changeTheme(context, { mode: wanted }, `Switching to ${wanted} mode`);
  return wanted === 'auto' ? 'The theme follows your device now.' : `It's ${wanted} now.`;
};

const setAccent: Action = async function* setAccent({ color = '' }, context) {
  const name = color.toLowerCase();
  const hex = Object.hasOwn(ACCENTS, name) ? ACCENTS[name] : /^#[0-9a-f]{6}$/.test(name) ? name : undefined;
  if (hex === undefined)
    return `I don't know the colour “${color}”. Say ${joinWords(
      Object.keys(ACCENTS).filter((one) => one !== 'gray'),
      'or',
    )}, or a value such as #4f7cff.`;
  yield* changeTheme(context, { accent: hex }, `Setting the accent to ${name}`);
  return `The accent is ${name} now.`;
};

const remember: Action = async function* remember({ text = '' }, context) {
  const tool = { name: 'mcp__os__remember', input: { fact: text }, summary: 'Remembering that' };
  yield* useTool(context, tool, () => context.host.os.remember(text));
  return `I'll remember: ${text}`;
};

const recall: Action = async function* recall({ query = '' }, context) {
  const tool = { name: 'mcp__os__recall', input: { query }, summary: 'Looking into the memory' };
  return yield* useTool(context, tool, () => context.host.os.recall(query));
};

export const SYSTEM_ACTIONS = {
  status,
  theme_mode: setMode,
  theme_accent: setAccent,
  remember,
  recall,
} as const satisfies Partial<Record<IntentName, Action>>;
