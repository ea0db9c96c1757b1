import { correctWord } from './correct.ts';
import type { Rule, Slots, Understood } from './intent.ts';
import { APP_RULES } from './intents/apps.ts';
import { FILE_RULES } from './intents/files.ts';
import { HELP_RULES } from './intents/help.ts';
import { MEMORY_RULES } from './intents/memory.ts';
import { NOTE_RULES } from './intents/notes.ts';
import { SCHEDULE_RULES } from './intents/schedule.ts';
import { SYSTEM_RULES } from './intents/system.ts';
import { TALK_RULES } from './intents/talk.ts';
import { THEME_RULES } from './intents/theme.ts';
import { readUtterance, type Utterance } from './utterance.ts';

// What is narrow comes before what takes nearly anything.
const RULES: readonly Rule[] = [
  ...TALK_RULES,
  ...HELP_RULES,
  ...SYSTEM_RULES,
  ...THEME_RULES,
  ...SCHEDULE_RULES,
  ...NOTE_RULES,
  ...MEMORY_RULES,
  ...FILE_RULES,
  ...APP_RULES,
];

/** What a person wants, by the words alone. A second look with typing slips corrected is taken only if the first fails. */
export const understand = (text: string): Understood =>
  match(readUtterance(text)) ?? match(readUtterance(text, correctWord)) ?? { intent: 'unknown', slots: {} };

const match = (utterance: Utterance): Understood | undefined => {
  for (const { intent, pattern, refine } of RULES) {
    const found = pattern.exec(utterance.plain);
    if (found === null) continue;
    const raw = readSlots(utterance, found);
    const slots = refine === undefined ? raw : refine(raw, utterance.plain);
    if (slots !== undefined) return { intent, slots };
  }
  return undefined;
};

const readSlots = (utterance: Utterance, found: RegExpExecArray): Slots => {
  const slots: Record<string, string> = {};
  for (const [name, span] of Object.entries(found.indices?.groups ?? {})) {
    if (span === undefined) continue;
    const [start, end] = span;
    const isText = name === 'text';
    const value = clean(isText ? utterance.original(start, end) : utterance.corrected(start, end), isText);
    if (value !== '') slots[name] = value;
  }
  return slots;
};

/** Without the quotes around it; a name also without the punctuation after it, which free text keeps. */
const clean = (value: string, isText: boolean): string => {
  const unquoted = value.trim().replace(/^(["'`])(.*)\1([?!.,;]*)$/s, '$2$3');
  const trimmed = isText ? unquoted.replace(/[,;]+$/, '') : unquoted.replace(/[?!.,;:]+$/, '');
  return trimmed.replace(/^["'`](?=[^"'`]*$)|(?<=^[^"'`]*)["`]$/g, '').trim();
};
