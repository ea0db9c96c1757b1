import { createHash, randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import type { Query } from '@anthropic-ai/claude-agent-sdk';
import { type Logger, messageOf } from '@matrix-os/kit';
import type { Engine, EngineEvent, EngineTurn } from '../engine.ts';
import type { Protection } from '../wall/protection.ts';
import { engineEnvironment, TURN_MARK } from './engine-environment.ts';
import { describeFailure } from './engine-failure.ts';
import type { EngineSource, Sdk } from './engine-source.ts';
import { forgetTranscript } from './forget-transcript.ts';
import { createModelRelay, type TurnRelay } from './model-relay.ts';
import { endTurnProcesses } from './process-tree.ts';
import { createEngineProcess, type EngineProcess } from './spawn-engine.ts';
import { createTracked } from './tracked.ts';
import { createTranslator } from './translate.ts';
import { configPath, openTurnFolders, sweepTurnFolders, type TurnFolders } from './turn-folders.ts';
import { createTurnInput } from './turn-input.ts';
import { turnOptions } from './turn-options.ts';
import { decodeSession, type EngineSession, NOTHING } from './usage-totals.ts';

export interface ClaudeSettings {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly model: string | undefined;
}

/** Files of the owner's that programs need to trust the machine's proxy. */
const CERTIFICATES = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'];
/** How long an interrupted engine may take to write its transcript down; then its processes are ended. */
const GRACE_MS = 1500;

/** Statuses that no waiting changes. Claude Code tries them again all the same, for ten seconds and more. */
const isHopeless = (status: number | null): boolean =>
  status !== null && [400, 401, 402, 403, 404, 413].includes(status);

/** The Claude Agent SDK: one process of Claude Code per turn. The SDK itself is loaded by the first turn. */
export const createClaudeEngine = (parts: {
  home: string;
  statePath: string;
  version: string;
  processEnvironment: Readonly<Record<string, string>>;
  proxyEnvironment: Readonly<Record<string, string>>;
  /** Asked anew for every turn. */
  settings: () => ClaudeSettings;
  source: EngineSource;
  protection: () => Promise<Protection>;
  log: Logger;
}): Engine => {
  const {
    home,
    statePath,
    version,
    processEnvironment,
    proxyEnvironment,
    settings,
    source,
    protection,
    log,
  } = parts;
  // Names this OS, so that its leftovers are found after a crash, and no other's.
  const markPrefix = `${TURN_MARK}=${createHash('sha256').update(statePath).digest('hex').slice(0, 16)}:`;
  const relay = createModelRelay({ environment: proxyEnvironment });

  /** True when the conversation to go on with is gone, and nothing has happened. */
  async function* attempt(
    turn: EngineTurn,
    session: EngineSession | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<EngineEvent, boolean> {
    const startedAt = performance.now();
    const { apiKey, baseUrl, model } = settings();
    const translator = createTranslator({ home, baseUrl, before: session?.totals ?? NOTHING });
    const mark = `${markPrefix}${randomUUID()}`;
    const input = createTurnInput(turn.text);
    const stop = new AbortController();
    const outside = createTracked(turn.host.os.outside);
    let query: Query | undefined;
    let folders: TurnFolders | undefined;
    let access: TurnRelay | undefined;
    let engineProcess: EngineProcess | undefined;
    let deadline: NodeJS.Timeout | undefined;
    const endSoon = () => {
      deadline ??= setTimeout(() => stop.abort(), GRACE_MS);
    };
    const interrupt = () => {
      endSoon();
      query?.interrupt().catch(() => stop.abort());
    };
    let begun = false;
    let ended = false;
    let overflow = false;
    let failure: unknown;
    try {
      const executable = source.executable();
      const { context } = turn;
      const execute = [realpathSync(executable)];
      const read = CERTIFICATES.flatMap((name) => processEnvironment[name] ?? []);
      let sdk: Sdk;
      let guarded: Protection;
      [sdk, guarded, access] = await Promise.all([
        source.sdk(),
        protection(),
        relay.open({ baseUrl, apiKey }),
      ]);
      const ownerHome = guarded.kind === 'landlock' ? undefined : processEnvironment.HOME;
      folders = await openTurnFolders({ home, statePath, context, ownerHome, execute, read });
      const { cwd, config, userHome, temporary, openings } = folders;
      engineProcess = createEngineProcess({ wall: guarded.wall, openings, temporary, token: access.token });
      const options = await turnOptions({
        sdk,
        turn: { ...turn, host: { ...turn.host, os: { ...turn.host.os, outside: outside.call } } },
        resume: session?.id,
        signal,
        home,
        statePath,
        sandboxed: guarded.kind === 'sandbox',
        log,
      });
      if (!signal.aborted) {
        query = sdk.query({
          prompt: input.messages,
          options: {
            ...options,
            cwd,
            ...(model === undefined ? {} : { model }),
            env: engineEnvironment({
              inherited: processEnvironment,
              baseUrl: access.url,
              config,
              userHome,
              temporary,
              mark,
              version,
            }),
            pathToClaudeCodeExecutable: executable,
            spawnClaudeCodeProcess: engineProcess.spawn,
            abortController: stop,
            settingSources: [],
            strictMcpConfig: true,
            includePartialMessages: true,
            permissionMode: 'default',
            // The text is a person's, never a command of the program: no "/clear", and no "@file" that skips permission.
            verbatimPrompts: true,
          },
        });
        signal.addEventListener('abort', interrupt, { once: true });
        if (signal.aborted) interrupt();
        for await (const message of query) {
          if (ended) continue;
          if (message.type === 'system' && message.subtype === 'init') begun = true;
          if (message.type === 'result' && !begun && session !== undefined && !signal.aborted) return true;
          if (
            message.type === 'system' &&
            message.subtype === 'api_retry' &&
            isHopeless(message.error_status)
          ) {
            ended = true;
            stop.abort();
            const { error_status: status, error: kind } = message;
            yield describeFailure({ status, kind, message: '', baseUrl });
            continue;
          }
          for (const event of translator.take(message)) {
            const final = event.type === 'result' || event.type === 'error';
            if (final && (signal.aborted || overflow)) continue;
            if (final) ended = true;
            yield event;
          }
          if (message.type === 'result') {
            input.end();
            endSoon();
          }
          if (!overflow && translator.isTooMuch()) {
            overflow = true;
            interrupt();
          }
        }
      }
    } catch (error) {
      failure = error;
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', interrupt);
      input.end();
      query?.close();
      access?.close();
      await Promise.all([outside.end(), endTurnProcesses(engineProcess, mark)]);
      await folders?.close();
    }
    if (ended) return false;
    if (signal.aborted || overflow) {
      yield {
        type: 'result',
        text: translator.text(),
        stop: signal.aborted ? 'cancelled' : 'limit',
        ...translator.spent(),
        durationMs: Math.round(performance.now() - startedAt),
      };
      return false;
    }
    const reason = messageOf(failure ?? 'The engine stopped without an answer.');
    log.warn({ reason, complaints: engineProcess?.complaints() }, 'the engine failed');
    yield describeFailure({ status: undefined, kind: undefined, message: reason, baseUrl });
    return false;
  }

  return {
    id: 'claude',
    async *run(turn, signal) {
      const session = turn.resume === undefined ? undefined : decodeSession(turn.resume);
      const lost = yield* attempt(turn, session, signal);
      if (!lost) return;
      log.warn({ session: session?.id }, 'the engine no longer has this conversation');
      yield {
        type: 'notice',
        level: 'warning',
        title: 'Starting afresh',
        message:
          'What was said before in this conversation is lost to the engine; it only knows your last message.',
      };
      yield* attempt(turn, undefined, signal);
    },
    async forget(engineSession) {
      const session = decodeSession(engineSession);
      if (session !== undefined) await forgetTranscript(configPath(statePath), session.id);
    },
    async endLeftovers() {
      await endTurnProcesses(undefined, markPrefix);
      await sweepTurnFolders(statePath);
    },
    close: () => relay.close(),
  };
};
