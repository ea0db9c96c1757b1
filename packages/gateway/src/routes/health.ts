import type { Health } from '@matrix-os/contracts';
import type { Kernel } from '@matrix-os/kernel';
import type { Activity } from '../activity.ts';

export interface HealthDeps {
  readonly kernel: Pick<Kernel, 'queue'>;
  readonly activity: Activity;
  readonly release: Release;
  readonly openTerminals: () => number;
  readonly nextWakeAt: () => Date | null;
  /** Something the owner should know does not work; empty when all does. */
  readonly problems: () => readonly string[];
}

export interface Release {
  readonly version: string;
  readonly commit: string | null;
  readonly startedAt: Date;
}

/** What `GET /health` answers. */
export const describeHealth = (deps: HealthDeps): Health => {
  const queue = deps.kernel.queue();
  const last = deps.activity.last();
  return {
    status: deps.problems().length === 0 ? 'ok' : 'degraded',
    version: deps.release.version,
    commit: deps.release.commit,
    startedAt: deps.release.startedAt.toISOString(),
    lastActivityAt: new Date(last.at).toISOString(),
    lastActivityCause: last.cause,
    busy: queue.running.length + queue.waiting.length + deps.openTerminals() > 0,
    nextWakeAt: deps.nextWakeAt()?.toISOString() ?? null,
  };
};
