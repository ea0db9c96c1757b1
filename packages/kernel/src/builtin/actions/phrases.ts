/** Said whenever something needs more than rules: what this is, and how to get more. */
export const ADD_A_KEY = 'For anything more, add an API key in Settings → Engine.';

export const CAPABILITIES = [
  '- apps: “make me a todo list”, “open my notes”, “remove kanban”, “list apps”',
  '- notes and files: “note: buy milk”, “add eggs to groceries.md”, “find files about tax”, “read documents/welcome.md”',
  '- reminders: “remind me in 10 minutes to stretch”, “every weekday at 9 tell me to stand up”, “what is scheduled?”',
  '- memory: “remember that my dog is called Bruno”, “what do you know about my dog?”',
  '- the desktop: “dark mode”, “accent green”, “system status”',
].join('\n');

export const NOT_UNDERSTOOD =
  "I'm the built-in helper. I work without the internet and I'm not an AI, so that is beyond me. " +
  `I understand plain requests like these:\n${CAPABILITIES}\n${ADD_A_KEY}`;

/** "A, B or C" */
export const joinWords = (words: readonly string[], last: 'and' | 'or'): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** For a line in a list: one line, and not long. */
export const shorten = (text: string, length = 120): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};
