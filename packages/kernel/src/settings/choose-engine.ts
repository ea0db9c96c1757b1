import type { EngineId, Settings } from '@matrix-os/contracts';

const NO_KEY =
  'There is no API key yet, so the built-in helper answers. Add one here, and the next message goes to Claude.';

/** Which engine answers, and when it is not the one that was meant: why, and what to do about it. */
export const chooseEngine = (facts: {
  choice: Settings['engine'];
  /** There is a key, or an endpoint that may need none. */
  reachable: boolean;
  claudeProblem: () => string | null;
}): { active: EngineId; problem: string | null } => {
  if (facts.choice === 'builtin') return { active: 'builtin', problem: null };
  if (!facts.reachable) return { active: 'builtin', problem: NO_KEY };
  const problem = facts.claudeProblem();
  return problem === null ? { active: 'claude', problem: null } : { active: 'builtin', problem };
};
