import { type Part, reply, type Scene, say, scene } from './script.ts';

/** One thing a misled model tries, as the tool call that it would make. */
export interface Attempt {
  readonly what: string;
  readonly call: Part;
}

export const attemptId = (index: number): string => `toolu_attempt_${index}`;

/** All of them in one turn, one after the other, each with an id to find its outcome by. */
export const attemptScene = (when: string, attempts: readonly Attempt[]): Scene =>
  scene(
    when,
    ...attempts.map(({ call }, index) =>
      reply(call.type === 'tool' ? { ...call, id: attemptId(index) } : call),
    ),
    reply(say('I tried.')),
  );
