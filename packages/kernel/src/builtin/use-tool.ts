import { AppError, createId, messageOf } from '@matrix-os/kit';
import type { EngineEvent } from '../engine.ts';
import type { ActionContext } from './context.ts';

/** A tool as the owner sees it in the chat. The names are those that the permission rules know. */
interface ToolUse {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly summary: string;
  /** What is shown when it is done. */
  readonly done?: string;
}

/**
 * Runs one tool: tells of it, asks leave, and only then does the work, because the snapshot that undo goes back to is
 * taken in between. @throws AppError `forbidden` when the owner or the rules say no
 */
export async function* useTool<Value>(
  context: ActionContext,
  tool: ToolUse,
  work: () => Promise<Value>,
): AsyncGenerator<EngineEvent, Value> {
  const id = createId('tool');
  context.signal.throwIfAborted();
  yield { type: 'tool_start', id, name: tool.name, summary: tool.summary };
  try {
    const permission = await context.host.permit({ id, name: tool.name, input: tool.input }, context.signal);
    context.signal.throwIfAborted();
    if (!permission.allow) throw new AppError('forbidden', `I may not do that: ${permission.reason}`);
    const value = await work();
    yield { type: 'tool_end', id, ok: true, summary: tool.done ?? tool.summary };
    return value;
  } catch (error) {
    yield {
      type: 'tool_end',
      id,
      ok: false,
      summary: context.signal.aborted ? 'Cancelled' : messageOf(error),
    };
    throw error;
  }
}
