import type { SDKUserMessage } from '@anthropic-ai/claude-agent-sdk';

export interface TurnInput {
  readonly messages: AsyncIterable<SDKUserMessage>;
  /** Ends the input: the engine's process may leave. */
  end(): void;
}

/** One message on an input that stays open, because only then the SDK can interrupt and answer its tools. */
export const createTurnInput = (text: string): TurnInput => {
  const ended = Promise.withResolvers<void>();
  return {
    messages: {
      async *[Symbol.asyncIterator]() {
        yield {
          type: 'user',
          message: { role: 'user', content: text },
          parent_tool_use_id: null,
        } satisfies SDKUserMessage;
        await ended.promise;
      },
    },
    end: () => ended.resolve(),
  };
};
