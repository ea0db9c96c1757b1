import type { EngineEvent, EngineHost } from '../engine.ts';
import type { Confinement } from '../home/confine.ts';
import type { Trash } from '../home/trash.ts';
import type { JobsFile } from '../jobs/jobs-file.ts';
import type { Apps } from '../kernel.ts';
import type { Slots } from './intent.ts';

/** What the built-in engine is made of. */
export interface BuiltinOptions {
  readonly home: string;
  readonly apps: Apps;
  readonly jobs: Pick<JobsFile, 'list'>;
  readonly trash: Trash;
  readonly confinement: Confinement;
  readonly version: string;
  /** The owner's; asked anew each turn, since it is a setting. */
  readonly timeZone?: () => string;
  readonly now?: () => Date;
}

/** What one turn's action works with. */
export interface ActionContext extends Omit<BuiltinOptions, 'timeZone' | 'now'> {
  readonly host: EngineHost;
  readonly signal: AbortSignal;
  readonly timeZone: string;
  readonly now: Date;
}

/** Does what was asked, tells of its tools as it goes, and returns the answer. */
export type Action = (slots: Slots, context: ActionContext) => AsyncGenerator<EngineEvent, string>;

/** An action that uses no tool. */
export const answering = (
  answer: (slots: Slots, context: ActionContext) => string | Promise<string>,
): Action =>
  // biome-ignore lint/correctness/useYield: there is nothing to tell on the way
  async function* act(slots, context) {
    return await answer(slots, context);
  };
