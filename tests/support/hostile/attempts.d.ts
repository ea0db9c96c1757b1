import { type Part, type Scene } from '../model-server/script.ts';
/** Where things are for whoever tries; what lies there must not get out. */
export interface Target {
  readonly home: string;
  readonly state: string;
  /** A file of the owner's outside of the home, absolute. */
  readonly outside: string;
  /** The user's own home on the machine. */
  readonly userHome: string;
}
/** One thing a misled model tries, as the tool call that it would make. */
export interface Attempt {
  readonly what: string;
  readonly call: Part;
}
/** All that a hostile model tries in one turn. */
export declare const hostileAttempts: (target: Target) => readonly Attempt[];
export declare const attemptId: (index: number) => string;
/** All of them in one turn, one after the other, each with an id to find its outcome by. */
export declare const attemptScene: (when: string, attempts: readonly Attempt[]) => Scene;
