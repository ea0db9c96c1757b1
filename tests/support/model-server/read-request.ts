import type { ModelRequest } from './script.ts';

interface Block {
  readonly type?: string;
  readonly text?: string;
  readonly content?: unknown;
  readonly tool_use_id?: string;
  readonly is_error?: boolean;
}
interface Message {
  readonly role?: string;
  readonly content?: unknown;
}

const blocksOf = (content: unknown): Block[] => {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? (content as Block[]) : [];
};

const textOf = (content: unknown): string =>
  blocksOf(content)
    .map((block) => block.text ?? '')
    .join('\n');

// Claude Code wraps its own remarks to the model in this tag, and sends them in the person's place.
const REMARK = /<system-reminder>[\s\S]*?<\/system-reminder>/g;

const saidByPerson = (message: Message): string =>
  message.role !== 'user'
    ? ''
    : blocksOf(message.content)
        .filter((block) => block.type === 'text')
        .map((block) => (block.text ?? '').replace(REMARK, '').trim())
        .filter((text) => text !== '')
        .join('\n');

/** Reads a `/v1/messages` body as a script needs it. Throws for a body that Anthropic would refuse. */
export const readModelRequest = (body: unknown): ModelRequest => {
  const raw = (body ?? {}) as Record<string, unknown>;
  if (typeof raw.model !== 'string' || !Array.isArray(raw.messages) || raw.messages.length === 0) {
    throw new TypeError('model and messages are required');
  }
  const messages = raw.messages as Message[];
  const last = messages.findLastIndex((message) => saidByPerson(message) !== '');
  const results = messages.slice(messages.findLastIndex((message) => message.role === 'assistant') + 1);
  return {
    model: raw.model,
    stream: raw.stream === true,
    maxTokens: typeof raw.max_tokens === 'number' ? raw.max_tokens : 0,
    system: textOf(raw.system),
    tools: Array.isArray(raw.tools) ? (raw.tools as { name?: string }[]).map((tool) => tool.name ?? '') : [],
    prompt: last < 0 ? '' : saidByPerson(messages[last] ?? {}),
    step: messages.slice(last + 1).filter((message) => message.role === 'assistant').length,
    toolResults: results
      .flatMap((message) => blocksOf(message.content))
      .filter((block) => block.type === 'tool_result')
      .map((block) => ({
        id: block.tool_use_id ?? '',
        text: textOf(block.content),
        isError: block.is_error === true,
      })),
    messages,
  };
};
