import type { Autonomy } from '@matrix-os/contracts';
import type { Logger } from '@matrix-os/kit';
import type { EngineHost, OsTools, Permission, ToolRequest } from '../engine.ts';
import type { EventOwner } from '../events/event-log.ts';
import type { Wall } from '../wall/wall.ts';
import type { Approvals } from './approvals.ts';
import { explainCommand } from './command-guard.ts';
import type { Places } from './places.ts';
import { type Changes, rule } from './policy.ts';

const NO: Permission = {
  allow: false,
  reason: 'The owner said no. Do not try it in another way; ask what they want instead.',
};

const MAX_TARGET_CHARACTERS = 500;

/** What it was about, for the log: the command or the path, never the text to be written. */
const targetOf = ({ input }: ToolRequest): string => {
  const target = input.command ?? input.file_path ?? input.notebook_path ?? input.path ?? input.pattern ?? '';
  return String(target).slice(0, MAX_TARGET_CHARACTERS);
};

/** One turn's way to the system: every tool asks here first, and before the first change the snapshot is taken. */
export const createEngineHost = (parts: {
  owner: EventOwner;
  signal: AbortSignal;
  places: Places;
  wall: () => Promise<Wall | undefined>;
  autonomy: () => Autonomy;
  remembers: (rule: string) => boolean;
  approvals: Approvals;
  /** Takes the snapshot that undo goes back to, the first time, and hears what will be written every time. */
  beforeChange: (changes: Exclude<Changes, 'none'>) => Promise<void>;
  os: OsTools;
  log: Logger;
}): EngineHost => {
  const { owner, signal, places, wall, autonomy, remembers, approvals, beforeChange, os, log } = parts;
  let hasReadOutside = false;
  const rulingOn = async (request: ToolRequest) =>
    rule(request, { places, wall: await wall(), autonomy: autonomy(), remembers, hasReadOutside });
  return {
    os,
    async judge(request) {
      const ruling = await rulingOn(request);
      if (ruling.decision !== 'deny') return { decision: ruling.decision };
      log.warn(
        { ...owner, tool: request.name, target: targetOf(request), reason: ruling.reason },
        'a tool was refused',
      );
      return ruling;
    },
    async permit(request, callSignal) {
      const ruling = await rulingOn(request);
      if (ruling.decision === 'deny') return { allow: false, reason: ruling.reason };
      const stop = AbortSignal.any([signal, callSignal]);
      for (const question of ruling.decision === 'ask' ? ruling.questions : [])
        if (!(await approvals.ask(owner, question, stop))) return NO;
      // Before it reads: another call of the same turn may send meanwhile.
      hasReadOutside ||= ruling.readsOutside;
      if (ruling.changes !== 'none') await beforeChange(ruling.changes);
      return { allow: true };
    },
    explain: ({ name, input, cwd }) =>
      name === 'Bash' && typeof input.command === 'string'
        ? explainCommand(input.command, cwd ?? places.home, places)
        : null,
  };
};
