import type { CanUseTool, HookCallback } from '@anthropic-ai/claude-agent-sdk';
import type { EngineHost, ToolRequest } from '../engine.ts';

type Input = Readonly<Record<string, unknown>>;

// A hook that waits for nobody answers at once; the long wait for the owner is in `canUseTool`, which has no limit.
const HOOK_TIMEOUT_SECONDS = 120;

/** Puts the host's permission before every tool, sub-agents' tools included. */
export const createPermissionBridge = (host: EngineHost) => {
  const places = new Map<string, string>();
  const beforeTool: HookCallback = async (input, toolId, { signal }) => {
    if (input.hook_event_name !== 'PreToolUse') return {};
    const request: ToolRequest = {
      id: toolId ?? input.tool_use_id,
      name: input.tool_name,
      input: (input.tool_input ?? {}) as Input,
      cwd: input.cwd,
    };
    const decide = (permissionDecision: 'allow' | 'ask' | 'deny', reason?: string) => ({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse' as const,
        permissionDecision,
        ...(reason === undefined ? {} : { permissionDecisionReason: reason }),
      },
    });
    const verdict = await host.judge(request);
    if (verdict.decision === 'deny') return decide('deny', verdict.reason);
    if (verdict.decision === 'ask') {
      places.set(request.id, input.cwd);
      return decide('ask');
    }
    const permission = await host.permit(request, signal);
    return permission.allow ? decide('allow') : decide('deny', permission.reason);
  };

  const canUseTool: CanUseTool = async (name, input, { signal, toolUseID }) => {
    const cwd = places.get(toolUseID);
    const permission = await host.permit(
      { id: toolUseID, name, input, ...(cwd === undefined ? {} : { cwd }) },
      signal,
    );
    return permission.allow
      ? { behavior: 'allow', updatedInput: input }
      : { behavior: 'deny', message: permission.reason };
  };

  // A refusal by the wall reads like any other failure; this says what it was.
  const afterFailure: HookCallback = async (input) => {
    if (input.hook_event_name !== 'PostToolUseFailure') return {};
    const { tool_use_id: id, tool_name: name, cwd } = input;
    const reason = host.explain({ id, name, input: (input.tool_input ?? {}) as Input, cwd });
    if (reason === null) return {};
    return { hookSpecificOutput: { hookEventName: 'PostToolUseFailure', additionalContext: reason } };
  };

  return {
    canUseTool,
    // A hook that fails must not let the tool through.
    hooks: {
      PreToolUse: [{ hooks: [beforeTool], timeout: HOOK_TIMEOUT_SECONDS, onFailure: 'block' as const }],
      PostToolUseFailure: [{ hooks: [afterFailure], timeout: HOOK_TIMEOUT_SECONDS }],
    },
  };
};
