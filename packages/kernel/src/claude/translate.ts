import type { SDKMessage, SDKResultMessage } from '@anthropic-ai/claude-agent-sdk';
import type { Usage } from '@matrix-os/contracts';
import type { EngineEvent } from '../engine.ts';
import { describeFailure } from './engine-failure.ts';
import { createPathScanner, type PathScanner } from './path-scanner.ts';
import { summarizeTool } from './tool-summary.ts';
import { costSince, encodeSession, type Totals, totalsOf, usageSince } from './usage-totals.ts';

type Input = Readonly<Record<string, unknown>>;

interface OpenTool {
  readonly id: string;
  readonly name: string;
  readonly scanner: PathScanner;
}

export interface Translator {
  /** What this message means to the owner; nothing for most of them. */
  take(message: SDKMessage): EngineEvent[];
  /** Everything the model has said. */
  text(): string;
  /** No honest turn gets that far: the model goes on without an end, or was told to stop the gateway. */
  isTooMuch(): boolean;
  /** What the turn has used, as far as the SDK has told; it tells at the end, an interrupted end included. */
  spent(): { usage: Usage; costUsd: string | null };
}

/** What one turn may bring, characters and numbers. Said text is also one event at the end, which a desktop must take. */
const MAX = { said: 1_000_000, toolInput: 20_000_000, pieces: 500_000, tools: 2000 };

const firstLine = (text: string): string => (text.trim().split('\n', 1)[0] ?? '').slice(0, 160);

const resultText = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((block: { text?: unknown }) => (typeof block.text === 'string' ? block.text : ''))
    .join('\n');
};

/** What the engine tells its model about a call that failed, as far as it says something to the owner. */
const plainReason = (told: string): string => {
  if (/^The user doesn't want to/.test(told)) return 'stopped';
  const text = told
    .replace(/<\/?tool_use_error>/g, '')
    .replace(/^PreToolUse:\S+ hook error: (?:\[[^\]]*\]: )?/, '');
  if (text.startsWith('The owner said no.')) return 'you said no';
  return firstLine(text.replace(/ If the owner's task needs it, call mcp__os__outside .*/s, ''));
};

/** Turns the SDK's messages of one turn into ours. Holds the state that a stream needs, and does nothing else. */
export const createTranslator = (parts: {
  home: string;
  baseUrl: string | undefined;
  before: Totals;
}): Translator => {
  const { home, baseUrl, before } = parts;
  let said = '';
  let totals: Totals | undefined;
  let session: string | undefined;
  let failureKind: string | undefined;
  let failureText = '';
  let retryStatus: number | null | undefined;
  let streaming: string | undefined;
  const streamed = new Set<string>();
  const openTools = new Map<number, OpenTool>();
  const summaries = new Map<string, string>();
  const tools = new Set<string>();
  let pieces = 0;
  let toolInput = 0;

  const text = (delta: string): EngineEvent[] => {
    if (delta === '') return [];
    said += delta;
    return [{ type: 'text', delta }];
  };

  const startTool = (id: string, name: string, input: Input): EngineEvent[] => {
    if (summaries.has(id)) return [];
    tools.add(id);
    const summary = summarizeTool(name, input, home);
    summaries.set(id, summary);
    return [{ type: 'tool_start', id, name, summary }];
  };

  const stream = (event: Extract<SDKMessage, { type: 'stream_event' }>['event']): EngineEvent[] => {
    if (event.type === 'message_start') streaming = event.message.id;
    if (event.type === 'content_block_start' && event.content_block.type === 'tool_use') {
      const { id, name } = event.content_block;
      tools.add(id);
      openTools.set(event.index, { id, name, scanner: createPathScanner() });
    }
    if (event.type === 'content_block_delta') {
      pieces += 1;
      if (event.delta.type === 'text_delta') {
        if (streaming !== undefined) streamed.add(streaming);
        return text(event.delta.text);
      }
      if (event.delta.type === 'input_json_delta') {
        toolInput += event.delta.partial_json.length;
        // As soon as this much of a long input has come, a person can be told what is being written.
        const tool = openTools.get(event.index);
        const path = tool?.scanner.take(event.delta.partial_json);
        if (tool === undefined || path === undefined) return [];
        return startTool(tool.id, tool.name, { file_path: path, notebook_path: path });
      }
    }
    if (event.type === 'content_block_stop') openTools.delete(event.index);
    return [];
  };

  const end = (message: SDKResultMessage): EngineEvent[] => {
    totals = totalsOf(message.modelUsage, message.total_cost_usd);
    const events: EngineEvent[] = [
      { type: 'session', engineSession: encodeSession({ id: message.session_id, totals }) },
    ];
    const limited = message.subtype === 'error_max_turns' || message.subtype === 'error_max_budget_usd';
    if (limited || (message.subtype === 'success' && !message.is_error)) {
      events.push({
        type: 'result',
        text: message.subtype === 'success' ? message.result : said,
        stop: limited ? 'limit' : 'done',
        usage: usageSince(totals, before),
        costUsd: costSince(totals, before),
        durationMs: Math.round(message.duration_ms),
      });
      return events;
    }
    const status = message.subtype === 'success' ? (message.api_error_status ?? retryStatus) : retryStatus;
    const told = message.subtype === 'success' ? message.result : message.errors.join('\n');
    events.push(describeFailure({ status, kind: failureKind, message: failureText || told, baseUrl }));
    return events;
  };

  return {
    text: () => said,
    isTooMuch: () =>
      said.length > MAX.said || toolInput > MAX.toolInput || pieces > MAX.pieces || tools.size > MAX.tools,
    spent: () => ({
      usage: usageSince(totals ?? before, before),
      costUsd: totals === undefined ? null : costSince(totals, before),
    }),
    take(message) {
      switch (message.type) {
        case 'stream_event':
          return message.parent_tool_use_id === null ? stream(message.event) : [];
        case 'assistant': {
          if (message.error !== undefined) {
            failureKind = message.error;
            failureText = resultText(message.message.content);
            return [];
          }
          const whole = message.parent_tool_use_id === null && !streamed.has(message.message.id);
          return message.message.content.flatMap((block) => {
            if (block.type === 'text') return whole ? text(block.text) : [];
            return block.type === 'tool_use' ? startTool(block.id, block.name, block.input as Input) : [];
          });
        }
        case 'user': {
          if (!Array.isArray(message.message.content)) return [];
          return message.message.content.flatMap((block): EngineEvent[] => {
            if (block.type !== 'tool_result') return [];
            const ok = block.is_error !== true;
            const summary = summaries.get(block.tool_use_id) ?? '';
            const reason = plainReason(resultText(block.content));
            return [
              {
                type: 'tool_end',
                id: block.tool_use_id,
                ok,
                summary: ok || reason === '' ? summary : `${summary}: ${reason}`,
              },
            ];
          });
        }
        case 'system': {
          if (message.subtype === 'init' && session === undefined) {
            session = message.session_id;
            return [{ type: 'session', engineSession: encodeSession({ id: session, totals: before }) }];
          }
          if (message.subtype !== 'api_retry') return [];
          retryStatus = message.error_status;
          const { message: what } = describeFailure({
            status: message.error_status,
            kind: message.error,
            message: '',
            baseUrl,
          });
          return [
            {
              type: 'notice',
              level: 'warning',
              title: 'Trying again',
              message: `${what} Try ${message.attempt} of ${message.max_retries} follows in ${Math.ceil(message.retry_delay_ms / 1000)} s.`,
            },
          ];
        }
        case 'result':
          return end(message);
        default:
          return [];
      }
    },
  };
};
