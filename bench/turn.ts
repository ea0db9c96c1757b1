// What a turn costs through the whole OS beside calling the Agent SDK directly, with the same scripted model.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startOs } from '../tests/support/running-os.ts';
import { atMost, end, median, report, round } from './support.ts';

const ROUNDS = 8;
// The last turn's process takes a moment to leave; each is measured on a machine that does nothing else.
const SETTLE_MS = 1500;
const PROMPT = 'tell me something';
const ROOT = join(import.meta.dirname, '..');

interface Times {
  readonly first: number;
  readonly result: number;
}

// Only the kernel depends on the SDK, so that is where it is found.
const sdkPath = createRequire(join(ROOT, 'packages/kernel/package.json')).resolve(
  '@anthropic-ai/claude-agent-sdk',
);
const { query } = await import(pathToFileURL(sdkPath).href);

const settle = () => new Promise((resolve) => setTimeout(resolve, SETTLE_MS));

/** The SDK as a program would call it: its own defaults, no settings of this machine, nothing kept. */
const direct = async (url: string, folder: string): Promise<Times> => {
  await settle();
  const start = performance.now();
  let first = 0;
  const messages = query({
    prompt: PROMPT,
    options: {
      cwd: join(folder, 'work'),
      settingSources: [],
      includePartialMessages: true,
      systemPrompt: { type: 'preset', preset: 'claude_code' },
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        CLAUDE_CONFIG_DIR: join(folder, 'config'),
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_API_KEY: 'sk-ant-bench',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
      },
    },
  });
  for await (const message of messages) {
    const delta = message.type === 'stream_event' && message.event.type === 'content_block_delta';
    if (delta && first === 0) first = performance.now() - start;
    if (message.type === 'result') return { first, result: performance.now() - start };
  }
  throw new Error('the SDK gave no result');
};

/** A message from a program to the gateway, with the events as they come. */
const throughTheOs = async (
  request: (path: string, init: RequestInit) => Promise<Response>,
): Promise<Times> => {
  await settle();
  const start = performance.now();
  let first = 0;
  const response = await request('/api/message', {
    method: 'POST',
    headers: { accept: 'text/event-stream' },
    body: JSON.stringify({ text: PROMPT }),
  });
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (first === 0 && text.includes('"type":"text"')) first = performance.now() - start;
    if (text.includes('"type":"result"')) {
      const result = performance.now() - start;
      await response.body?.cancel().catch(() => {});
      return { first, result };
    }
    if (text.includes('"type":"error"')) break;
  }
  throw new Error(`the turn gave no result: ${response.status} ${text.slice(-500)}`);
};

const folder = await mkdtemp(join(tmpdir(), 'matrix-bench-'));
await mkdir(join(folder, 'work'));
const model = spawn(process.execPath, [join(ROOT, 'tests/support/model-server/main.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = String((await once(model.stdout, 'data'))[0]).trim();
  const os = await startOs({
    environment: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'sk-ant-bench', MATRIX_LOG_LEVEL: 'silent' },
  });
  try {
    // The first of each loads modules and fills caches.
    await direct(url, folder);
    await throughTheOs(os.request);
    const pairs: { sdk: Times; os: Times }[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      // Whoever goes second finds warmer caches, so they take turns.
      const sdkFirst = i % 2 === 0;
      const early = sdkFirst ? await direct(url, folder) : undefined;
      const whole = await throughTheOs(os.request);
      pairs.push({ sdk: early ?? (await direct(url, folder)), os: whole });
    }
    const of = (who: 'sdk' | 'os', what: keyof Times) => round(median(pairs.map((pair) => pair[who][what])));
    report(
      'turn',
      {
        osFirstTextMs: of('os', 'first'),
        sdkFirstTextMs: of('sdk', 'first'),
        osResultMs: of('os', 'result'),
        sdkResultMs: of('sdk', 'result'),
      },
      [
        atMost(
          'first text over the SDK alone',
          median(pairs.map((pair) => pair.os.first / pair.sdk.first)),
          1.1,
        ),
        atMost(
          'result over the SDK alone',
          median(pairs.map((pair) => pair.os.result / pair.sdk.result)),
          1.1,
        ),
      ],
    );
  } finally {
    await os.dispose();
  }
} finally {
  await end(model);
  await rm(folder, { recursive: true, force: true });
}
