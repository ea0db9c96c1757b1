export { findPostgres, POSTGRES_MISSING, startPostgres, type TestPostgres } from './postgres.ts';
export { ADMIN_TOKEN, ask, connectProxy, message, startProxy, type TestProxy } from './proxy.ts';
export {
  answerMessage,
  answerStream,
  sseEvent,
  startUpstream,
  streamedMessage,
  type TestUpstream,
  USAGE,
} from './upstream.ts';
