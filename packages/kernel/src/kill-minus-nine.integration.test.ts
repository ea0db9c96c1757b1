import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { EventEnvelope } from '@matrix-os/contracts';
import { createLogger } from '@matrix-os/kit';
import { expect, test } from 'vitest';
import { createModelServer } from '../../../tests/support/model-server/model-server.ts';
import { reply, say, use } from '../../../tests/support/model-server/script.ts';
import { createKernel } from './create-kernel.ts';
import { processesNaming } from './kernel.fixture.ts';
import type { KernelOptions } from './kernel.ts';
import { OWNER } from './principal.ts';

const ROUNDS = 20;
const FILES = 8;
const BETWEEN_EVENTS_MS = 60;
const SEED = 20261123;
const END = '\n-- the end --\n';

/** Mulberry32: the same moments in every run. */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

const killNow = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself meanwhile.
  }
};

/** Undefined for the last line of a killed process, when it was cut: that was not told then. */
const parseWhole = (line: string): EventEnvelope | undefined => {
  try {
    return JSON.parse(line) as EventEnvelope;
  } catch {
    return undefined;
  }
};

const contentOf = (round: string, file: number): string => `${`${round}/${file}.`.repeat(1500)}${END}`;

test('kill -9 at twenty moments of a writing turn loses nothing that was told and tears nothing', async () => {
  // Each step writes one file; the next request comes when it is on the disk.
  const model = await createModelServer({
    script: ({ prompt, step }) =>
      step < FILES
        ? reply(
            say(`File ${step}. `),
            use('Write', { file_path: `documents/${prompt}-${step}.txt`, content: contentOf(prompt, step) }),
          )
        : reply(say('All written.')),
  });
  const root = await mkdtemp(join(tmpdir(), 'matrix-kill-'));
  const options: KernelOptions = {
    homePath: join(root, 'home'),
    statePath: join(root, 'state'),
    templatePath: join(import.meta.dirname, '../../../home'),
    version: '0.0.0-test',
    autonomy: 'free',
    engine: { apiKey: 'sk-test-0123456789', baseUrl: model.url, model: undefined, executable: undefined },
    processEnvironment: { PATH: process.env.PATH ?? '', HOME: root, LANG: 'C.UTF-8' },
  };
  const told: EventEnvelope[] = [];
  let session: string | undefined;

  /** `writing` resolves when it has told of so many things. */
  const start = (text: string, after: number) => {
    let heard = 0;
    const message = { text, ...(session === undefined ? {} : { session }) };
    const child = spawn(
      process.execPath,
      [
        join(import.meta.dirname, 'kernel-child.fixture.ts'),
        JSON.stringify(options),
        JSON.stringify(message),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH } },
    );
    const writing = Promise.withResolvers<void>();
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const envelope = parseWhole(line);
      if (envelope === undefined) return;
      told.push(envelope);
      session = envelope.session ?? session;
      heard += 1;
      if (heard === after) writing.resolve();
    });
    return {
      child,
      writing: writing.promise,
      over: Promise.all([once(child, 'exit'), once(lines, 'close')]),
    };
  };

  const checkHome = async (allowed = /^$/) => {
    const documents = join(root, 'home/documents');
    for (const name of await readdir(documents)) {
      if (!name.startsWith('round') || allowed.test(name)) continue;
      const [, round, file] = /^(round\d+)-(\d)\.txt$/.exec(name) ?? [];
      expect(round, name).toBeDefined();
      expect(
        (await readFile(join(documents, name), 'utf8')) === contentOf(round ?? '', Number(file)),
        name,
      ).toBe(true);
    }
    await promisify(execFile)('git', ['-C', join(root, 'home'), 'fsck', '--strict', '--no-dangling']);
  };

  try {
    // A whole turn first: how much it tells is what the moments are chosen from.
    await start('round0', 1).over;
    const events = told.length;
    expect(events).toBeGreaterThan(2 * FILES);
    await checkHome();

    const random = seeded(SEED);
    for (let round = 1; round <= ROUNDS; round++) {
      const { child, writing, over } = start(`round${round}`, 1 + Math.floor(random() * (events - FILES)));
      await Promise.race([writing, over]);
      expect(child.exitCode).toBeNull();
      // Somewhere between that event and the next, not always at its very heels.
      await wait(random() * BETWEEN_EVENTS_MS);
      // Every other time everything dies at once, as when a container is killed.
      const victims = round % 2 === 0 ? await processesNaming(join(root, 'state')) : [child.pid ?? 0];
      for (const pid of victims) killNow(pid);
      await over;
      // The half of a file that never got its name; the next start removes it.
      await checkHome(/\.tmp\.\d+\.[0-9a-f]+$/);
    }

    const kernel = await createKernel({ ...options, log: createLogger({ name: 'test', level: 'fatal' }) });
    try {
      const kept = kernel.events.since(0) ?? [];
      expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, index) => index + 1));
      for (const envelope of told) expect(kept[envelope.seq - 1]).toEqual(envelope);

      const { turns } = kernel.sessions.history(session ?? '');
      expect(turns.map(({ prompt }) => prompt)).toEqual(
        Array.from({ length: ROUNDS + 1 }, (_, i) => `round${i}`),
      );
      expect(turns.every(({ status }) => status === 'done' || status === 'interrupted')).toBe(true);
      expect(turns.filter(({ status }) => status === 'interrupted').length).toBeGreaterThan(ROUNDS / 2);

      const last = await kernel.send(OWNER, {
        text: 'round99',
        ...(session === undefined ? {} : { session }),
      });
      expect((await last.completed).text).toContain('All written.');
      // It goes on from the first turn: the files of that one are in what the model is told.
      const conversation = JSON.stringify(model.requests.at(-1)?.messages);
      expect(conversation.includes('documents/round0-7.txt')).toBe(true);
      const known = turns.filter(({ prompt }) => conversation.includes(`documents/${prompt}-0.txt`));
      expect(known.length).toBeGreaterThan(ROUNDS / 2);
    } finally {
      await kernel.close(0);
    }
    expect(await processesNaming(join(root, 'state'))).toEqual([]);
    await checkHome();
  } finally {
    await model.close();
    await rm(root, { recursive: true, force: true });
  }
}, 600_000);
