import type { Options } from '@anthropic-ai/claude-agent-sdk';
import type { Logger } from '@matrix-os/kit';
import type { EngineTurn } from '../engine.ts';
import type { Sdk } from './engine-source.ts';
import { loadAgents } from './load-agents.ts';
import { createOsServer } from './os-server.ts';
import { createPermissionBridge } from './permission-bridge.ts';
import { sandboxSettings } from './sandbox.ts';
import { guestPrompt, ownerPrompt } from './system-prompt.ts';

// What the desktop can show and the permissions know. Anything else Claude Code could do is for a terminal.
const TOOLS = [
  'Agent',
  'Bash',
  'Edit',
  'Glob',
  'Grep',
  'NotebookEdit',
  'Read',
  'TodoWrite',
  'WebFetch',
  'WebSearch',
  'Write',
];

const MAX_STEPS = 200;

/** Everything of a turn that depends on whose words it carries. */
export const turnOptions = async (parts: {
  sdk: Sdk;
  turn: EngineTurn;
  resume: string | undefined;
  signal: AbortSignal;
  home: string;
  statePath: string;
  sandboxed: boolean;
  log: Logger;
}): Promise<Options> => {
  const { sdk, turn, resume, signal, home, statePath, sandboxed, log } = parts;
  if (turn.context === 'guest') {
    return {
      tools: [],
      systemPrompt: await guestPrompt(home),
      persistSession: false,
      maxTurns: 1,
      permissionPrompts: 'none',
    };
  }
  const [append, agents] = await Promise.all([ownerPrompt(home), loadAgents(home, log)]);
  return {
    tools: TOOLS,
    systemPrompt: { type: 'preset', preset: 'claude_code', append },
    agents,
    mcpServers: { os: createOsServer(sdk, turn.host.os, signal) },
    maxTurns: MAX_STEPS,
    ...createPermissionBridge(turn.host),
    ...(resume === undefined ? {} : { resume }),
    ...(sandboxed ? { sandbox: sandboxSettings({ home, statePath }) } : {}),
  };
};
