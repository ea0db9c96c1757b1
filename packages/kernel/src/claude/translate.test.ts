import type { SDKMessage } from '@anthropic-ai/claude-agent-sdk';
import { describe, expect, test } from 'vitest';
import { createTranslator } from './translate.ts';
import { NOTHING } from './usage-totals.ts';

const HOME = '/home/ada/matrixos';

const streaming = (event: Record<string, unknown>) =>
  ({ type: 'stream_event', parent_tool_use_id: null, event }) as unknown as SDKMessage;
const start = (name: string, id = 'toolu_1', index = 0) =>
  streaming({
    type: 'content_block_start',
    index,
    content_block: { type: 'tool_use', id, name, input: {} },
  });
const piece = (partial_json: string, index = 0) =>
  streaming({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } });
const text = (delta: string) =>
  streaming({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: delta } });

const open = () => createTranslator({ home: HOME, baseUrl: undefined, before: NOTHING });
const pieces = (json: string, length: number): string[] =>
  Array.from({ length: Math.ceil(json.length / length) }, (_, n) => json.slice(n * length, (n + 1) * length));

const cpuMs = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1000;
};

describe('a tool whose input comes in pieces', () => {
  test('is told as soon as its file is known', () => {
    const translator = open();
    translator.take(start('Write'));
    const json = JSON.stringify({ file_path: `${HOME}/apps/a "b"/index.html`, content: 'x'.repeat(100) });
    const events = pieces(json, 3).flatMap((one, at) =>
      translator.take(piece(one)).map((event) => ({ at, event })),
    );
    expect(events.map(({ event }) => event)).toEqual([
      { type: 'tool_start', id: 'toolu_1', name: 'Write', summary: 'Writing apps/a "b"/index.html' },
    ]);
    expect(events[0]?.at).toBeLessThan(json.length / 3 / 2);
  });

  test('costs what its pieces cost, however many there are', () => {
    const json = JSON.stringify({ content: 'say "file_path" '.repeat(20_000) });
    const translator = open();
    translator.take(start('Write'));
    // Looking through all of it at each of them takes ten seconds.
    expect(cpuMs(() => pieces(json, 25).map((one) => translator.take(piece(one))))).toBeLessThan(500);
  });

  test('costs that too when there are several at once, or none of a known name', () => {
    const translator = open();
    for (let index = 0; index < 5; index++) translator.take(start('Write', `toolu_${index}`, index));
    const json = `{"x":"${'\\u00e4'.repeat(10_000)}`;
    const flood = () => {
      for (const one of pieces(json, 3))
        for (let index = 0; index < 6; index++) translator.take(piece(one, index));
    };
    expect(cpuMs(flood)).toBeLessThan(1000);
  });
});

describe('a turn', () => {
  test('costs what is said, in pieces of any size', () => {
    const translator = open();
    expect(
      cpuMs(() => {
        for (let n = 0; n < 300_000; n++) translator.take(text('x'));
      }),
    ).toBeLessThan(1500);
    expect(translator.text()).toHaveLength(300_000);
    expect(translator.isTooMuch()).toBe(false);
  });

  test('has an end, in words, in tools and in what they are given', () => {
    const wordy = open();
    for (let n = 0; n < 1001; n++) wordy.take(text('x'.repeat(1000)));
    expect(wordy.isTooMuch()).toBe(true);

    const busy = open();
    for (let n = 0; n < 2000; n++) busy.take(start('Write', `toolu_${n}`));
    expect(busy.isTooMuch()).toBe(false);
    busy.take(start('Write', 'toolu_last'));
    expect(busy.isTooMuch()).toBe(true);

    const heavy = open();
    heavy.take(start('Write'));
    for (let n = 0; n < 201; n++) heavy.take(piece('x'.repeat(100_000)));
    expect(heavy.isTooMuch()).toBe(true);

    const tiny = open();
    for (let n = 0; n < 500_001; n++) tiny.take(piece('x', 7));
    expect(tiny.isTooMuch()).toBe(true);
  });
});
