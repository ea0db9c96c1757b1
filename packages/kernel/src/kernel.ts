import type {
  AppList,
  ApprovalDecision,
  AppSummary,
  EventEnvelope,
  MessageAccepted,
  MessageRequest,
  MessageResponse,
  Protection,
  QueueState,
  SessionHistory,
  SessionSummary,
  Settings,
  SettingsPatch,
  UndoResponse,
} from '@matrix-os/contracts';
import type { Logger } from '@matrix-os/kit';
import type { JobsFile } from './jobs/jobs-file.ts';
import type { Principal } from './principal.ts';

/** One OS's kernel: everything the gateway needs of it, and no HTTP. Made by `createKernel`. */
export interface Kernel {
  readonly sessions: Sessions;
  readonly events: EventStream;
  readonly apps: Apps;
  readonly settings: SettingsStore;
  readonly home: Home;
  /** One for all, since a change waits for the one before: the gateway runs them, the engines' tools write them. */
  readonly jobs: JobsFile;

  /**
   * Takes a message into the session's queue. Resolves as soon as it is durable; `completed` settles with the turn. Sessions
   * and message ids are the principal's own.
   *
   * @throws AppError `not_found` for an unknown session, `forbidden` for someone else's, `rate_limited` for a visitor when
   * too many visitors wait
   */
  send(
    principal: Principal,
    request: MessageRequest,
  ): Promise<MessageAccepted & { completed: Promise<MessageResponse> }>;
  /** Resolves when no process of the turn runs any more. A turn that is over is left as it is. */
  cancel(turn: string): Promise<void>;
  /** @throws AppError `not_found` for one that was answered already or whose turn is over */
  decide(approval: string, decision: ApprovalDecision): Promise<void>;
  /** @throws AppError `conflict` naming the files that changed since */
  undo(turn: string): Promise<UndoResponse>;
  redo(turn: string): Promise<UndoResponse>;
  queue(): QueueState;
  onQueue(listener: (queue: QueueState) => void): () => void;
  /** Tells the desktop something outside any turn (jobs, damaged files). */
  notice(level: 'info' | 'success' | 'warning' | 'error', title: string, message: string): void;
  /** Lets running turns stop for at most `graceMs`, then ends their processes. */
  close(graceMs: number): Promise<void>;
}

export interface Sessions {
  list(): SessionSummary[];
  /** @throws AppError `not_found` */
  history(id: string): SessionHistory;
  rename(id: string, title: string): SessionSummary;
  /** Cancels what runs in it first. */
  remove(id: string): Promise<void>;
}

export interface EventStream {
  lastSeq(): number;
  /** The kept events later than `after`, oldest first, `limit` at most; null when some of them are no longer kept. */
  since(after: number, limit?: number): EventEnvelope[] | null;
  /** The kept notices of no turn that are not older than `sinceMs` (of the epoch): the last 100, newest last. */
  notices(sinceMs: number): EventEnvelope[];
  /** Called synchronously in the order of `seq`. */
  subscribe(listener: (envelope: EventEnvelope) => void): () => void;
}

export interface Apps {
  list(): Promise<AppList>;
  /** @throws AppError `not_found`: neither an app of the home nor one that opens */
  get(name: string): Promise<AppSummary>;
  /** @throws AppError `not_found` when the gallery lacks it, `conflict` when it is installed */
  install(name: string): Promise<AppSummary>;
  /** Into the bin, data included. @throws AppError `not_found` */
  remove(name: string): Promise<{ trash: string }>;
  readonly data: AppData;
}

/** An app's own files, `apps/<name>/data/<key>.json`; every write is atomic. */
export interface AppData {
  keys(app: string): Promise<string[]>;
  /** Undefined when there is none; a damaged file is moved aside with a notice and counts as none. */
  read(app: string, key: string): Promise<unknown>;
  /** @throws AppError `too_large` */
  write(app: string, key: string, value: unknown): Promise<void>;
  delete(app: string, key: string): Promise<void>;
}

export interface SettingsStore {
  get(): Settings;
  update(patch: SettingsPatch): Promise<Settings>;
  /** @throws AppError `conflict` when the environment gives the key, `invalid_input` for one that its endpoint refuses */
  setKey(apiKey: string | null): Promise<Settings>;
}

export interface Home {
  /** Absolute and real: no symbolic link in it. */
  readonly path: string;
  /** Whether git is there, so that turns can be undone. */
  readonly undoable: boolean;
  /** What keeps the engine in its place, once it has been tried out. */
  protection(): Promise<Protection>;
  /** Tells the kernel that the owner wrote these paths (relative), so that a running turn's undo leaves them alone. */
  ownerWrote(paths: readonly string[]): void;
  /** Moves to the bin and answers the id to restore by. @throws AppError `not_found`, `forbidden` for protected paths */
  trash(path: string): Promise<string>;
  /** @throws AppError `not_found`, `conflict` when something is in its place */
  restore(trash: string): Promise<string>;
}

export interface KernelOptions {
  /** Made and filled from `templatePath` when empty. */
  readonly homePath: string;
  readonly statePath: string;
  /** The `home/` folder of the release. */
  readonly templatePath: string;
  readonly version: string;
  readonly autonomy: 'ask' | 'free';
  /** The owner's; visitors have a few of their own. */
  readonly maxTurnsAtOnce?: number;
  readonly engine: {
    readonly apiKey: string | undefined;
    readonly baseUrl: string | undefined;
    readonly model: string | undefined;
    /** The Claude Code binary; undefined: the one that the Agent SDK brought. */
    readonly executable: string | undefined;
    /** Where the pinned engine is fetched from when none came along; undefined: from where npm is set to. */
    readonly registry?: string | undefined;
  };
  /** What the engine's process may inherit: PATH, HOME, LANG, TZ… and never a secret. */
  readonly processEnvironment: Readonly<Record<string, string>>;
  /** How the kernel itself reaches the model's endpoint: `HTTPS_PROXY` and the like, credentials included. */
  readonly proxyEnvironment?: Readonly<Record<string, string>>;
  /** Files and folders with secrets that lie where programs may read, such as below /etc: closed to every turn. */
  readonly secretPaths?: readonly string[];
  /** JSON lines on standard error when left out. */
  readonly log?: Logger;
}
