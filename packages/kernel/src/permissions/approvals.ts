import type { ApprovalDecision, EventEnvelope } from '@matrix-os/contracts';
import { AppError, createId } from '@matrix-os/kit';
import type { EventLog, EventOwner } from '../events/event-log.ts';
import type { Question } from './questions.ts';

export interface Approvals {
  /** Waits for the owner's answer, however long. False as soon as `signal` aborts. */
  ask(owner: EventOwner, question: Question, signal: AbortSignal): Promise<boolean>;
  /** @throws AppError `not_found` */
  decide(id: string, decision: ApprovalDecision): Promise<void>;
  /** Questions of a session that still wait. */
  pending(session: string): EventEnvelope[];
}

interface Waiting {
  envelope: EventEnvelope | undefined;
  readonly question: Question;
  answer(allow: boolean, remembered: boolean): void;
}

export const createApprovals = (parts: {
  events: EventLog;
  remember: (rule: string) => Promise<void>;
}): Approvals => {
  const { events, remember } = parts;
  const waiting = new Map<string, Waiting>();
  return {
    async ask(owner, question, signal) {
      if (signal.aborted) return false;
      const id = createId('apr');
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const answer = (allow: boolean, remembered: boolean): void => {
        if (!waiting.delete(id)) return;
        signal.removeEventListener('abort', abandon);
        events.append(owner, {
          type: 'approval_resolved',
          id,
          decision: allow ? 'allow' : 'deny',
          remembered,
        });
        resolve(allow);
      };
      const abandon = () => answer(false, false);
      signal.addEventListener('abort', abandon, { once: true });
      // It can be answered from the moment that somebody hears of it.
      const entry: Waiting = { envelope: undefined, question, answer };
      waiting.set(id, entry);
      entry.envelope = events.append(owner, { type: 'approval', id, ...question });
      return promise;
    },
    async decide(id, { decision, remember: wanted }) {
      const found = waiting.get(id);
      if (found === undefined) {
        throw new AppError(
          'not_found',
          'That question is not open any more: it was answered, or its turn is over.',
        );
      }
      const rule = wanted && decision === 'allow' ? found.question.rememberAs : null;
      if (rule !== null) await remember(rule);
      found.answer(decision === 'allow', rule !== null);
    },
    pending: (session) =>
      [...waiting.values()].flatMap(({ envelope }) => (envelope?.session === session ? [envelope] : [])),
  };
};
