import type { ModelUsage } from '@anthropic-ai/claude-agent-sdk';
import type { Usage } from '@matrix-os/contracts';

/** What a conversation has used so far: the SDK reports running totals that go on when it is resumed. */
export interface Totals extends Usage {
  readonly costUsd: number;
}

export const NOTHING: Totals = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
};

export const totalsOf = (models: Readonly<Record<string, ModelUsage>>, costUsd: number): Totals => {
  const all = Object.values(models);
  const sum = (pick: (usage: ModelUsage) => number) => all.reduce((total, one) => total + pick(one), 0);
  return {
    inputTokens: sum((one) => one.inputTokens),
    outputTokens: sum((one) => one.outputTokens),
    cacheReadTokens: sum((one) => one.cacheReadInputTokens),
    cacheWriteTokens: sum((one) => one.cacheCreationInputTokens),
    costUsd,
  };
};

const rest = (now: number, before: number): number => Math.max(0, now - before);

export const usageSince = (now: Totals, before: Totals): Usage => ({
  inputTokens: rest(now.inputTokens, before.inputTokens),
  outputTokens: rest(now.outputTokens, before.outputTokens),
  cacheReadTokens: rest(now.cacheReadTokens, before.cacheReadTokens),
  cacheWriteTokens: rest(now.cacheWriteTokens, before.cacheWriteTokens),
});

/** A decimal without an exponent and without the float's noise: the SDK counts in tenths of micro-dollars at best. */
export const costSince = (now: Totals, before: Totals): string => {
  const fixed = rest(now.costUsd, before.costUsd).toFixed(9);
  return fixed.replace(/0+$/, '').replace(/\.$/, '');
};

/** The conversation as the kernel keeps it for us: the SDK's id and the totals when its last turn ended. */
export interface EngineSession {
  readonly id: string;
  readonly totals: Totals;
}

export const encodeSession = (session: EngineSession): string => JSON.stringify(session);

/** Undefined for a token of no meaning, so that a turn starts afresh instead of failing for ever. */
export const decodeSession = (token: string): EngineSession | undefined => {
  try {
    const value = JSON.parse(token) as Partial<EngineSession>;
    return typeof value.id === 'string'
      ? { id: value.id, totals: { ...NOTHING, ...value.totals } }
      : undefined;
  } catch {
    return undefined;
  }
};
