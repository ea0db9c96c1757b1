import { type Action, answering } from '../context.ts';
import type { IntentName } from '../intent.ts';
import { describeInstant } from '../zoned-time.ts';
import { ADD_A_KEY, CAPABILITIES, NOT_UNDERSTOOD } from './phrases.ts';

const say = (text: string): Action => answering(() => text);

export const TALK_ACTIONS = {
  leave_it: say('All right, I leave everything as it is.'),
  greet: say('Hello! What can I do for you? Say “help” to see what I understand.'),
  how_are_you: say('All is well here, thank you. What can I do for you?'),
  thanks: say("You're welcome."),
  bye: say('Goodbye! Your desktop stays as it is.'),
  acknowledge: say('Good. Tell me what to do next, or say “help”.'),
  who: say(
    "I'm the built-in helper of Matrix OS. I'm not an AI: I follow simple rules, work without the internet, and cost nothing. " +
      `Say “help” to see what I understand. ${ADD_A_KEY}`,
  ),
  help: say(
    `I'm the built-in helper, not an AI. I understand plain requests like these:\n${CAPABILITIES}\n${ADD_A_KEY}`,
  ),
  key_help: say(
    'Open Settings → Engine and paste your API key there. It stays on this machine, outside your home, and the next ' +
      'message goes to the model. A model server of your own is named by ANTHROPIC_BASE_URL when the OS starts. ' +
      'Please don’t put a key in the chat.',
  ),
  undo_help: say(
    'Each of my answers that changed files has an Undo button under it in the chat; press it on the one you want to take back.',
  ),
  forget_help: say('What I remember is in system/memory.md: take the line out there and it is forgotten.'),
  unknown: say(NOT_UNDERSTOOD),
  time: answering((_slots, { now, timeZone }) => {
    const date = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'full' }).format(now);
    return `It is ${describeInstant(now, now, timeZone).replace('today at ', '')} on ${date} (${timeZone}).`;
  }),
} as const satisfies Partial<Record<IntentName, Action>>;
