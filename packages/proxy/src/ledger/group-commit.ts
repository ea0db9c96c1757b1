import type { Turnstile } from '../database/turnstile.ts';
import type { Operation, Outcome } from './operations.ts';
import type { BatchPlan } from './plan-batch.ts';

export interface GroupCommit {
  /** Settles with the transaction that holds it. */
  submit(operation: Operation, when: When): Promise<Outcome>;
  /** Commits what waits, and resolves when nothing is under way. */
  flush(): Promise<void>;
}

/**
 * `now`: nobody else can come in this turn of the loop. `soon`: with what comes in it. `later`: company is welcome, and what
 * is committed `now` may overtake it.
 */
export type When = 'now' | 'soon' | 'later';

/** How long a settlement may wait for others; its reservation is safe meanwhile. */
const LINGER_MS = 4;
const MAX_BATCH = 256;

interface Waiting {
  readonly operation: Operation;
  readonly when: When;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** Everything that waits goes into one transaction; while one is under way the next gathers. */
export const createGroupCommit = (deps: {
  apply(operations: readonly Operation[]): BatchPlan | Promise<BatchPlan>;
  /**
   * As `apply`, but when it would refuse something it does nothing and answers undefined. Left out where a transaction costs
   * so much that one for all is better.
   */
  applyUnlessRefused?(operations: readonly Operation[]): BatchPlan | undefined;
  /** On SQLite one connection serves all. */
  turnstile: Turnstile | undefined;
  onCommitted(plan: BatchPlan, operations: number, milliseconds: number): void;
}): GroupCommit => {
  const { apply, applyUnlessRefused, turnstile, onCommitted } = deps;
  const queue: Waiting[] = [];
  let running = false;
  let soon: NodeJS.Immediate | undefined;
  /** A timer runs. It is not stopped when its company was met earlier: making one for every request costs more. */
  let lingering = false;
  let idle: (() => void)[] = [];

  const finish = (batch: Waiting[], plan: BatchPlan, startedAt: number): void => {
    onCommitted(plan, batch.length, performance.now() - startedAt);
    batch.forEach((waiting, index) => {
      const outcome = plan.outcomes[index];
      if (outcome === undefined) waiting.reject(new Error('the plan left an operation out'));
      else waiting.resolve(outcome);
    });
  };

  const over = (): void => {
    running = false;
    turnstile?.leave();
    if (queue.length > 0) schedule('soon');
    else {
      const due = idle;
      idle = [];
      for (const resolve of due) resolve();
    }
  };

  const commit = (): void => {
    clearImmediate(soon);
    soon = undefined;
    if (running || queue.length === 0) return;
    if (turnstile?.tryEnter() === false) {
      turnstile.whenFree(commit);
      return;
    }
    running = true;
    const batch = queue.splice(0, MAX_BATCH);
    const startedAt = performance.now();
    const fail = (error: unknown): void => {
      for (const waiting of batch) waiting.reject(error);
      over();
    };
    let result: BatchPlan | Promise<BatchPlan>;
    try {
      result = apply(batch.map((waiting) => waiting.operation));
    } catch (error) {
      fail(error);
      return;
    }
    if (result instanceof Promise) {
      result.then((plan) => {
        finish(batch, plan, startedAt);
        over();
      }, fail);
    } else {
      finish(batch, result, startedAt);
      over();
    }
  };

  /**
   * Commits the newest by itself: nobody waits for the settlements before it, and whatever they free only makes room. What is
   * refused without them is decided again with them. Answers false when nothing was done.
   */
  const overtake = (): boolean => {
    const newest = queue.at(-1);
    if (applyUnlessRefused === undefined || newest === undefined || queue.length < 2) return false;
    if (queue.some(({ when }) => when === 'soon') || turnstile?.tryEnter() === false) return false;
    const startedAt = performance.now();
    try {
      const plan = applyUnlessRefused([newest.operation]);
      if (plan === undefined) return false;
      queue.pop();
      finish([newest], plan, startedAt);
      return true;
    } catch (error) {
      queue.pop();
      newest.reject(error);
      return true;
    } finally {
      turnstile?.leave();
    }
  };

  const schedule = (when: When): void => {
    if (running) return;
    if (when === 'now') overtake() || commit();
    // After this turn of the loop: all that arrived together is committed together.
    else if (when === 'soon') soon ??= setImmediate(commit);
    else if (soon === undefined && !lingering) {
      lingering = true;
      setTimeout(() => {
        lingering = false;
        commit();
      }, LINGER_MS);
    }
  };

  return {
    submit: (operation, when) =>
      new Promise<Outcome>((resolve, reject) => {
        queue.push({ operation, when, resolve, reject });
        schedule(when);
      }),
    flush: () =>
      new Promise<void>((resolve) => {
        if (!running && queue.length === 0) resolve();
        else {
          idle.push(resolve);
          schedule('soon');
        }
      }),
  };
};
