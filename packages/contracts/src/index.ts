export {
  AppDataKeys,
  AppInstall,
  AppList,
  AppManifest,
  AppOpening,
  AppSummary,
  GalleryEntry,
  MAX_APP_DATA_BYTES,
} from './apps.ts';
export {
  AuthSession,
  LoginAnswer,
  LoginCode,
  LoginRequest,
  PAGE_KEY_HEADER,
  PAGE_KEY_PROTOCOL,
  SECURE_SESSION_COOKIE,
  SESSION_COOKIE,
  SOCKET_PROTOCOL,
} from './auth.ts';
export { jsonSize } from './bounded-json.ts';
export { BridgeEvent, BridgeRequest } from './bridge.ts';
export { Layout, MAX_WINDOWS, SetupPlan, Theme } from './desktop.ts';
export {
  EngineId,
  EventEnvelope,
  KernelEvent,
  MAX_APPROVAL,
  NoticeLevel,
  NoticeList,
  StopReason,
  Usage,
} from './events.ts';
export {
  FileDeleted,
  FileEntry,
  FileListing,
  FileMove,
  FileRestore,
  FileTicket,
  FileTicketRequest,
  MAX_FILE_BYTES,
} from './files.ts';
export { ActivityCause, Health } from './health.ts';
export { Job, JobsFile } from './jobs.ts';
export { KeyboardChoices, KeyboardField, KeyPress } from './keyboard.ts';
export { AppName, ApprovalId, DataKey, OsHandle, SessionId, Timestamp, TurnId } from './names.ts';
export { PROBLEM_CONTENT_TYPE, Problem, toProblem } from './problem.ts';
export {
  ExactUsd,
  ProxyHealth,
  ProxyKey,
  ProxyKeyCreated,
  ProxyKeyList,
  ProxyKeyRequest,
  ProxyKeyRotation,
  ProxyLimits,
  ProxyModelTotals,
  ProxyNotice,
  ProxyNotices,
  ProxyQuotaUpdate,
  ProxyTotals,
  ProxyUsage,
  ProxyUsageRow,
  ProxyUsageRows,
  ProxyUsageSummary,
} from './proxy.ts';
export {
  ApprovalDecision,
  MAX_MESSAGE_CHARACTERS,
  MessageAccepted,
  MessageRequest,
  MessageResponse,
  QueueState,
  SessionHistory,
  SessionList,
  SessionPatch,
  SessionSummary,
  Turn,
  TurnPart,
  TurnStatus,
  UndoResponse,
} from './sessions.ts';
export { Autonomy, EngineChoice, KeyUpdate, Settings, SettingsPatch } from './settings.ts';
export {
  CLOSE_TOO_SLOW,
  CLOSE_UNAUTHORIZED,
  FileChange,
  StreamClientFrame,
  StreamServerFrame,
  TerminalClientFrame,
  TerminalServerFrame,
} from './stream.ts';
export { Protection, SystemInfo } from './system.ts';
