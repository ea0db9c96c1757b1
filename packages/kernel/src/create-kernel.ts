import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, sep } from 'node:path';
import { AppError, createLogger, messageOf } from '@matrix-os/kit';
import { createApps } from './apps/apps.ts';
import { createBuiltinEngine } from './builtin/builtin-engine.ts';
import { createClaudeEngine } from './claude/claude-engine.ts';
import { canSandbox } from './claude/sandbox.ts';
import { agentHome, temporaryPrefix } from './claude/turn-folders.ts';
import { createEndpointNotices } from './endpoint-notices/endpoint-notices.ts';
import { createSource } from './engine-install/create-source.ts';
import { createEventLog } from './events/event-log.ts';
import { historyPath } from './git/history-path.ts';
import { createSnapshots } from './git/snapshots.ts';
import { adoptOldPlaces } from './home/adopt-old-places.ts';
import { createConfinement } from './home/confine.ts';
import { ensureHome } from './home/ensure-home.ts';
import { damageNotice } from './home/json-file.ts';
import { createTrash, trashPath } from './home/trash.ts';
import { createJobsFile } from './jobs/jobs-file.ts';
import type { Kernel, KernelOptions } from './kernel.ts';
import { createMemory } from './memory/memory.ts';
import { createApprovals } from './permissions/approvals.ts';
import { createEngineHost } from './permissions/create-host.ts';
import { createPlaces, isWithin } from './permissions/places.ts';
import { createSessions } from './sessions/history.ts';
import { openState } from './sessions/open-state.ts';
import { MIGRATIONS } from './sessions/schema.ts';
import { createSessionStore } from './sessions/session-store.ts';
import { openDatabase } from './sessions/sqlite.ts';
import { createAbilities } from './settings/abilities.ts';
import { createCheckKey } from './settings/check-key.ts';
import { NO_WALL, openSettings } from './settings/settings-store.ts';
import { createOsTools } from './tools/os-tools.ts';
import { createRunOutside } from './tools/run-outside.ts';
import { createConversation } from './turns/conversation.ts';
import { recoverTurns } from './turns/recover-turns.ts';
import { sweepTemporary } from './turns/sweep-temporary.ts';
import { createTurnStore } from './turns/turn-store.ts';
import { createUndo } from './turns/undo-turn.ts';
import { findWall, inContainer } from './wall/find-wall.ts';
import { findProtection } from './wall/protection.ts';

/** As it is when it doesn't exist. */
const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};

const TURNS_AT_ONCE = 5;
/** Beside the owner's, so that they take nothing away from those. */
const VISITOR_TURNS_AT_ONCE = 2;
const VISITOR_TURNS_WAITING = 20;
/** How long what was deleted can be had back. */
const BIN_DAYS = 30;
const SYSTEM = { session: null, turn: null };

/**
 * Wires one OS together. Starts no process: git and the engine's program wait for the first turn that needs them.
 *
 * @throws AppError saying what to do when the home or the state can't be used
 */
export const createKernel = async (options: KernelOptions): Promise<Kernel> => {
  const log = options.log ?? createLogger({ name: 'kernel', level: 'info' });
  const statePath = openState(options.statePath);
  const ensured = await ensureHome(options);
  const { home } = ensured;
  if (`${statePath}${sep}`.startsWith(`${home}${sep}`)) {
    throw new AppError(
      'invalid_input',
      'The state directory can not be in the home: it holds the keys. Move MATRIX_STATE.',
    );
  }

  const database = openDatabase(join(statePath, 'kernel.sqlite'), MIGRATIONS);
  const sessions = createSessionStore({ database });
  const turns = createTurnStore({ database });
  const events = createEventLog({ database, log });
  const crashed = recoverTurns({ database, turns, events });

  const notice: Kernel['notice'] = (level, title, message) =>
    void events.append(SYSTEM, { type: 'notice', level, title, message });
  const onDamaged = ({ path, movedTo, reason }: { path: string; movedTo: string; reason: string }): void => {
    log.warn({ path, movedTo, reason }, 'a damaged file was moved aside');
    const { title, message } = damageNotice({ path, movedTo, reason });
    notice('warning', title, message);
  };

  const source = createSource({
    engine: options.engine,
    processEnvironment: options.processEnvironment,
    statePath,
    notice,
    log,
  });
  const confinement = createConfinement(home);
  const trash = createTrash({ home, bin: trashPath(statePath), confinement });
  const apps = createApps({ home, templatePath: options.templatePath, trash, onDamaged });
  const jobs = createJobsFile({
    home,
    onDamaged,
    onProblem: (problem) => notice('warning', 'A job can not run', problem),
  });
  const memory = createMemory({ home });
  // No program that a turn could have put there is run outside of the wall.
  const searchPath = (options.processEnvironment.PATH ?? '/usr/local/bin:/usr/bin:/bin')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !isWithin(realPath(folder), home))
    .join(delimiter);
  const snapshots = createSnapshots({
    home,
    history: historyPath(statePath),
    log,
    path: searchPath,
    onNotice: (message) => notice('warning', 'Undo', message),
  });
  const ownerHome = options.processEnvironment.HOME ?? homedir();
  const abilities = createAbilities({
    path: searchPath,
    git: () => snapshots.available(),
    findProtection: () =>
      findProtection({
        wall: () =>
          findWall({
            path: searchPath,
            userHome: ownerHome,
            closed: [statePath, home, ...(options.secretPaths ?? [])],
            folder: statePath,
          }),
        sandbox: () => canSandbox(searchPath),
      }),
    inContainer: inContainer(),
  });

  const settings = openSettings({
    statePath,
    defaults: options,
    claudeProblem: () => source.problem(),
    checkKey: createCheckKey({ fetch }),
    mayActFreely: async () => {
      await abilities.protection();
      return abilities.mayActFreely();
    },
    actsFreely: abilities.mayActFreely,
    log,
  });

  const approvals = createApprovals({ events, remember: (rule) => settings.remember(rule) });
  const places = createPlaces({
    home,
    statePath,
    userHome: () => (abilities.protectionKind() === 'landlock' ? agentHome(statePath) : ownerHome),
    own: [temporaryPrefix(statePath)],
    agentHome: agentHome(statePath),
  });
  const wall = async () => (await abilities.protection()).wall;
  const runOutside = createRunOutside({ places, wall, environment: options.processEnvironment });
  const claude = createClaudeEngine({
    home,
    statePath,
    version: options.version,
    processEnvironment: options.processEnvironment,
    proxyEnvironment: options.proxyEnvironment ?? {},
    settings: () => settings.engine(),
    source,
    protection: abilities.protection,
    log,
  });
  const builtin = createBuiltinEngine({
    home,
    apps,
    jobs,
    trash,
    confinement,
    version: options.version,
    timeZone: () => settings.get().timeZone,
  });

  // A new turn must not meet what a killed one has left: processes that still write, and halves of files.
  const cleanUp = async (): Promise<void> => {
    await claude.endLeftovers?.().catch((error: unknown) => {
      log.error({ reason: messageOf(error) }, 'could not end what a killed turn has left');
    });
    const halves = await sweepTemporary(home);
    log.warn({ halves }, 'cleaned up after a crash');
  };
  const prepare = async (): Promise<void> => {
    await adoptOldPlaces({ snapshots, trash, notice, log });
    if (crashed)
      await cleanUp().catch((error: unknown) =>
        log.error({ reason: messageOf(error) }, 'could not clean up'),
      );
  };
  const ready = prepare();

  const conversation = createConversation({
    ready,
    database,
    sessions,
    turns,
    events,
    snapshots,
    lanes: {
      owner: { limit: options.maxTurnsAtOnce ?? TURNS_AT_ONCE, maxWaiting: Number.POSITIVE_INFINITY },
      visitor: { limit: VISITOR_TURNS_AT_ONCE, maxWaiting: VISITOR_TURNS_WAITING },
    },
    engine: () => (settings.activeEngine() === 'claude' ? claude : builtin),
    host: (turn, history, signal) => {
      const owner = { session: turn.session, turn: turn.id };
      return createEngineHost({
        owner,
        signal,
        places,
        wall,
        autonomy: () => settings.autonomy(),
        remembers: (rule) => settings.remembers(rule),
        approvals,
        beforeChange: (changes) => history.beforeChange(changes),
        os: createOsTools({
          apps,
          jobs,
          memory,
          outside: runOutside,
          tell: (event) => void events.append(owner, event),
          ask: (question, asking) => approvals.ask(owner, question, AbortSignal.any([signal, asking])),
        }),
        log,
      });
    },
    log,
  });

  const engines = { claude, builtin };
  const forget = async (session: string): Promise<void> => {
    for (const { engine, token } of sessions.engineTokens(session)) await engines[engine].forget?.(token);
  };
  const undo = createUndo({ turns, snapshots, events });

  const endpointNotices = createEndpointNotices({ settings: settings.engine, statePath, notice, fetch, log });
  // What a turn has cost may have reached a limit; nothing waits for the answer.
  events.subscribe(({ turn, event }) => {
    if (turn === null || (event.type !== 'result' && event.type !== 'error')) return;
    if (turns.get(turn).engine === 'claude') void endpointNotices.check();
  });

  const warnOfAsking = (): void => {
    if (options.autonomy === 'free' && !abilities.mayActFreely())
      notice('warning', 'The kernel asks first', `MATRIX_AUTONOMY is "free", but ${NO_WALL}`);
  };

  let closing: Promise<void> | undefined;
  const shutDown = async (graceMs: number): Promise<void> => {
    clearTimeout(checking);
    await conversation.close(graceMs);
    await endpointNotices.close();
    await Promise.all([ready, claude.close(), builtin.close(), snapshots.close(), source.close()]);
    database.close();
  };
  // After the start's rush; nothing waits for it.
  const checking = setTimeout(() => {
    abilities
      .check()
      .then(warnOfAsking)
      .catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'the wall could not be tried out'));
    void endpointNotices.check();
    void trash.prune(BIN_DAYS).catch((error: unknown) => log.warn({ error }, 'the bin was not emptied'));
  }, 2000).unref();

  if (ensured.beside.length > 0) {
    notice(
      'info',
      'Matrix OS was updated',
      `New versions of files that you changed are beside them: ${ensured.beside.join(', ')}.`,
    );
  }

  if (ensured.foreign.length > 0) {
    const names = ensured.foreign.map((name) => `"${name}"`).join(', ');
    notice(
      'warning',
      'A folder of your home is not a real one',
      `A link or a file stands in the place of ${names}. Matrix OS reads and writes nothing there until you put a real folder back.`,
    );
  }

  return {
    sessions: createSessions({
      sessions,
      turns,
      lastSeq: () => events.lastSeq(),
      shown: (turn) => conversation.shown(turn),
      pending: (session) => approvals.pending(session),
      cancel: (turn) => conversation.cancel(turn),
      forget,
    }),
    events: {
      lastSeq: events.lastSeq,
      since: events.since,
      notices: events.notices,
      subscribe: events.subscribe,
    },
    apps,
    jobs,
    settings: {
      get: () => settings.get(),
      update: (patch) => settings.update(patch),
      setKey: (key) => settings.setKey(key),
    },
    home: {
      path: home,
      get undoable() {
        return abilities.undoable();
      },
      protection: async () => (await abilities.protection()).kind,
      ownerWrote: (paths) => conversation.ownerWrote(paths),
      trash: (path) => trash.trash(path),
      async restore(id) {
        // What was deleted before an upgrade may still be on its way.
        await ready;
        return trash.restore(id);
      },
    },
    send: (principal, request) => conversation.send(principal, request),
    cancel: (turn) => conversation.cancel(turn),
    decide: (approval, decision) => approvals.decide(approval, decision),
    undo: (turn) => undo.undo(turn),
    redo: (turn) => undo.redo(turn),
    queue: () => conversation.queue(),
    onQueue: (listener) => conversation.onQueue(listener),
    notice,
    close(graceMs) {
      closing ??= shutDown(graceMs);
      return closing;
    },
  };
};
