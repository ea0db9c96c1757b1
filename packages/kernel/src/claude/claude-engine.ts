import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Query } from '@anthropic-ai/claude-agent-sdk';
import type { Autonomy } from '@matrix-os/contracts';
import { type Logger, messageOf } from '@matrix-os/kit';
import type { Engine, EngineEvent, EngineTurn } from '../engine.ts';
import { engineEnvironment, TURN_MARK } from './engine-environment.ts';
import { describeFailure } from './engine-failure.ts';
import type { EngineSource } from './engine-source.ts';
import { forgetTranscript } from './forget-transcript.ts';
import { endTurnProcesses } from './process-tree.ts';
import { createEngineProcess } from './spawn-engine.ts';
import { createTranslator } from './translate.ts';
import { createTurnInput } from './turn-input.ts';
import { guestFolder, turnOptions } from './turn-options.ts';
import { decodeSession, type EngineSession, NOTHING } from './usage-totals.ts';

export interface ClaudeSettings {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly model: string | undefined;
  readonly autonomy: Autonomy;
}

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
  /** Asked anew for every turn. */
  settings: () => ClaudeSettings;
  source: EngineSource;
  sandbox: () => Promise<boolean>;
  log: Logger;
}): Engine => {
  const { home, statePath, version, processEnvironment, settings, source, sandbox, log } = parts;
  const configPath = join(statePath, 'claude');
  // Names this OS, so that its leftovers are found after a crash, and no other's.
  const markPrefix = `${TURN_MARK}=${createHash('sha256').update(statePath).digest('hex').slice(0, 16)}:`;

  /** True when the conversation to go on with is gone, and nothing has happened. */
  async function* attempt(
    turn: EngineTurn,
    session: EngineSession | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<EngineEvent, boolean> {
    const startedAt = performance.now();
    const { apiKey, baseUrl, model, autonomy } = settings();
    const translator = createTranslator({ home, baseUrl, before: session?.totals ?? NOTHING });
    const mark = `${markPrefix}${randomUUID()}`;
    const engineProcess = createEngineProcess({ statePath, apiKey });
    const input = createTurnInput(turn.text);
    const stop = new AbortController();
    let query: Query | undefined;
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
      await Promise.all(
        [configPath, guestFolder(statePath)].map((path) => mkdir(path, { recursive: true, mode: 0o700 })),
      );
      const executable = source.executable();
      const [sdk, sandboxed] = await Promise.all([source.sdk(), sandbox()]);
      const resume = session?.id;
      const options = await turnOptions({
        sdk,
        turn,
        resume,
        signal,
        home,
        statePath,
        sandboxed,
        autonomy,
        log,
      });
      if (!signal.aborted) {
        query = sdk.query({
          prompt: input.messages,
          options: {
            ...options,
            ...(model === undefined ? {} : { model }),
            env: engineEnvironment({ inherited: processEnvironment, baseUrl, configPath, mark, version }),
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
      await endTurnProcesses(engineProcess.pid(), mark);
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
    log.warn({ reason, complaints: engineProcess.complaints() }, 'the engine failed');
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
      if (session !== undefined) await forgetTranscript(configPath, session.id);
    },
    endLeftovers: () => endTurnProcesses(undefined, markPrefix),
    close: () => Promise.resolve(),
  };
};
