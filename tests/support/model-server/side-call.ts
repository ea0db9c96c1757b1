import { type ModelRequest, type Reply, reply, say } from './script.ts';

/**
 * Claude Code asks the model things of its own beside the conversation: is there quota, what title suits this chat.
 * They get a sensible answer here, so that a script is only ever asked about the conversation.
 */
export const sideReply = (request: ModelRequest): Reply | undefined => {
  if (request.maxTokens === 1) return reply(say('.'));
  if (/title/i.test(request.system) && request.tools.length === 0 && /json|concise/i.test(request.system)) {
    return reply(say('{"title": "A conversation", "isNewTopic": true}'));
  }
  return undefined;
};
