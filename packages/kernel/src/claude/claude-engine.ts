import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Options, Query } from '@anthropic-ai/claude-agent-sdk';
import { type Logger, messageOf } from '@matrix-os/kit';
import type { Engine, EngineEvent, EngineTurn } from '../engine.ts';
import { engineEnvironment, TURN_MARK } from './engine-environment.ts';
import { describeFailure } from './engine-failure.ts';
import { forgetTranscript } from './forget-transcript.ts';
import { loadAgents } from './load-agents.ts';
import { createOsServer } from './os-server.ts';
import { createPermissionBridge } from './permission-bridge.ts';
import { endTurnProcesses } from './process-tree.ts';
import { sandboxSettings } from './sandbox.ts';
import { createEngineProcess } from './spawn-engine.ts';
import { guestPrompt, ownerPrompt } from './system-prompt.ts';
import { createTranslator } from './translate.ts';
import { createTurnInput } from './turn-input.ts';
import { decodeSession, NOTHING } from './usage-totals.ts';

export interface ClaudeSettings {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly model: string | undefined;
}

// What the desktop can show and the permissions know. Anything else Claude Code could do is for a terminal.
const TOOLS = [
  'Agent',
  'Bash',
  'Edit',
  'Glob',
  'Grep',
  'NotebookEdit',
  'Read',
  'TodoWrite',
  'WebFetch',
  'WebSearch',
  'Write',
];

const MAX_STEPS = 200;
/** No honest answer is this long; a stream that never ends must not fill the disk. */
const MAX_CHARACTERS = 4_000_000;
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
  /** The program's path. @throws AppError when there is none */
  executable: () => string;
  sandbox: () => Promise<boolean>;
  log: Logger;
}): Engine => {
  const { home, statePath, version, processEnvironment, settings, executable, sandbox, log } = parts;
  const configPath = join(statePath, 'claude');
  // An empty folder: a stranger's turn runs nowhere near the home.
  const guestPath = join(statePath, 'guest');

  const optionsFor = async (
    sdk: typeof import('@anthropic-ai/claude-agent-sdk'),
    turn: EngineTurn,
    signal: AbortSignal,
  ): Promise<Options> => {
    if (turn.context === 'guest') {
      return {
        cwd: guestPath,
        tools: [],
        systemPrompt: await guestPrompt(home),
        persistSession: false,
        maxTurns: 1,
        permissionPrompts: 'none',
      };
    }
    const [append, agents, sandboxed] = await Promise.all([
      ownerPrompt(home),
      loadAgents(home, log),
      sandbox(),
    ]);
    const resume = turn.resume === undefined ? undefined : decodeSession(turn.resume);
    return {
      cwd: home,
      tools: TOOLS,
      systemPrompt: { type: 'preset', preset: 'claude_code', append },
      agents,
      mcpServers: { os: createOsServer(sdk, turn.host.os, signal) },
      maxTurns: MAX_STEPS,
      ...createPermissionBridge(turn.host),
      ...(resume === undefined ? {} : { resume: resume.id }),
      ...(sandboxed ? { sandbox: sandboxSettings({ home, statePath }) } : {}),
    };
  };

  async function* run(turn: EngineTurn, signal: AbortSignal): AsyncIterable<EngineEvent> {
    const startedAt = performance.now();
    const { apiKey, baseUrl, model } = settings();
    const before = (turn.resume === undefined ? undefined : decodeSession(turn.resume))?.totals ?? NOTHING;
    const translator = createTranslator({ home, baseUrl, before });
    const mark = randomUUID();
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
    let ended = false;
    let overflow = false;
    let failure: unknown;
    try {
      await Promise.all([
        mkdir(configPath, { recursive: true, mode: 0o700 }),
        mkdir(guestPath, { recursive: true, mode: 0o700 }),
      ]);
      const path = executable();
      const sdk = await import('@anthropic-ai/claude-agent-sdk');
      const options = await optionsFor(sdk, turn, signal);
      if (!signal.aborted) {
        query = sdk.query({
          prompt: input.messages,
          options: {
            ...options,
            ...(model === undefined ? {} : { model }),
            env: engineEnvironment({ inherited: processEnvironment, baseUrl, configPath, mark, version }),
            pathToClaudeCodeExecutable: path,
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
          if (
            message.type === 'system' &&
            message.subtype === 'api_retry' &&
            isHopeless(message.error_status)
          ) {
            const { error_status: status, error: kind } = message;
            ended = true;
            stop.abort();
            yield describeFailure({ status, kind, message: '', baseUrl });
            continue;
          }
          for (const event of translator.take(message)) {
            const final = event.type === 'result' || event.type === 'error';
            if (final && (signal.aborted || overflow)) continue;
            if (final) ended = true;
            if (event.type === 'session' && turn.context === 'guest') continue;
            yield event;
          }
          if (message.type === 'result') {
            input.end();
            endSoon();
          }
          if (!overflow && translator.text().length > MAX_CHARACTERS) {
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
      await endTurnProcesses(engineProcess.pid(), `${TURN_MARK}=${mark}`);
    }
    if (ended) return;
    if (signal.aborted || overflow) {
      yield {
        type: 'result',
        text: translator.text(),
        stop: signal.aborted ? 'cancelled' : 'limit',
        ...translator.spent(),
        durationMs: Math.round(performance.now() - startedAt),
      };
      return;
    }
    const reason = messageOf(failure ?? 'The engine stopped without an answer.');
    log.warn({ reason, complaints: engineProcess.complaints() }, 'the engine failed');
    yield describeFailure({ status: undefined, kind: undefined, message: reason, baseUrl });
  }

  return {
    id: 'claude',
    run,
    async forget(engineSession) {
      const session = decodeSession(engineSession);
      if (session !== undefined) await forgetTranscript(configPath, session.id);
    },
    close: () => Promise.resolve(),
  };
};
