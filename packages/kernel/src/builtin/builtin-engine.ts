import { createId, isAppError, messageOf } from '@matrix-os/kit';
import type { Engine, EngineEvent, EngineTurn } from '../engine.ts';
import { APP_ACTIONS } from './actions/apps.ts';
import { FILE_ACTIONS } from './actions/files.ts';
import { NOTE_ACTIONS } from './actions/notes.ts';
import { SCHEDULE_ACTIONS } from './actions/schedule.ts';
import { SYSTEM_ACTIONS } from './actions/system.ts';
import { TALK_ACTIONS } from './actions/talk.ts';
import type { Action, ActionContext, BuiltinOptions } from './context.ts';
import { answerGuest } from './guest.ts';
import type { IntentName } from './intent.ts';
import { understand } from './understand.ts';

// Complete: an intent that nothing acts on does not compile.
const ACTIONS: Readonly<Record<IntentName, Action>> = {
  ...TALK_ACTIONS,
  ...APP_ACTIONS,
  ...NOTE_ACTIONS,
  ...FILE_ACTIONS,
  ...SCHEDULE_ACTIONS,
  ...SYSTEM_ACTIONS,
};
const NO_TOKENS = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
const MAX_UNDERSTOOD = 2000;

/** Answers plain requests by rules: no key, no network, no model, and it says so. It keeps nothing between turns. */
export const createBuiltinEngine = (options: BuiltinOptions): Engine => {
  const now = options.now ?? (() => new Date());
  const timeZone = options.timeZone ?? (() => Intl.DateTimeFormat().resolvedOptions().timeZone);

  async function* answer(turn: EngineTurn, signal: AbortSignal): AsyncGenerator<EngineEvent, string> {
    if (turn.context !== 'owner') return await answerGuest(options.home, turn.text);
    // Longer than any plain request, and dear to match.
    const { intent, slots } = turn.text.length > MAX_UNDERSTOOD ? longText(turn.text) : understand(turn.text);
    const context: ActionContext = { ...options, now: now(), timeZone: timeZone(), host: turn.host, signal };
    return yield* ACTIONS[intent](slots, context);
  }

  return {
    id: 'builtin',

    async *run(turn, signal) {
      const started = performance.now();
      const result = (text: string, stop: 'done' | 'cancelled'): EngineEvent => ({
        type: 'result',
        text,
        stop,
        usage: NO_TOKENS,
        costUsd: '0',
        durationMs: Math.round(performance.now() - started),
      });
      let said = '';
      try {
        signal.throwIfAborted();
        yield { type: 'session', engineSession: turn.resume ?? createId('blt') };
        const text = yield* explained(answer(turn, signal));
        for (const delta of deltasOf(text)) {
          signal.throwIfAborted();
          said += delta;
          yield { type: 'text', delta };
        }
        yield result(said, 'done');
      } catch (error) {
        if (signal.aborted) yield result(said, 'cancelled');
        else
          yield {
            type: 'error',
            code: 'internal',
            message: `The built-in helper failed: ${messageOf(error)}`,
            hint: 'Try again. If it happens again, look at the log and report it.',
          };
      }
    },

    async close() {},
  };
};

/** What can't be done is an answer like any other; only our own mistakes are errors. */
async function* explained(answer: AsyncGenerator<EngineEvent, string>): AsyncGenerator<EngineEvent, string> {
  try {
    return yield* answer;
  } catch (error) {
    if (isAppError(error) && error.code !== 'cancelled') return error.message;
    throw error;
  }
}

/** A long text is understood only where it begins as a note, which may be of any length. */
const longText = (text: string): ReturnType<typeof understand> => {
  const note = /^\s*(?:take a )?note(?: to self)?:\s*(?<text>.+)$/is.exec(text)?.groups?.text;
  return note === undefined
    ? { intent: 'unknown', slots: {} }
    : { intent: 'note_add', slots: { text: note.trim() } };
};

/** Sentence by sentence and line by line, as something that is being said. */
const deltasOf = (text: string): string[] => text.split(/(?<=[.!?]\s|\n)/).filter((part) => part !== '');
