import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sseEvent, streamedMessage } from '../testing/upstream.ts';
import { createAnswerMeter } from './answer-meter.ts';
import { createBatchMeter } from './batch-meter.ts';
import { NO_USAGE, PLAIN } from './token-usage.ts';

const meterOf = (
  text: string | Buffer,
  cuts: number[] = [],
  contentType = 'text/event-stream; charset=utf-8',
) => {
  const meter = createAnswerMeter({ model: 'asked', batch: false, contentType });
  const bytes = Buffer.from(text as string);
  const points = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < points.length; i++) meter.write(bytes.subarray(points[i - 1], points[i]));
  return meter;
};
const usageOf = (...args: Parameters<typeof meterOf>) => meterOf(...args).bill()[0]?.usage;
const start = (usage: object, model = 'claude-sonnet-4-6') =>
  sseEvent('message_start', { message: { model, usage } });
const delta = (usage: object) => sseEvent('message_delta', { delta: { stop_reason: 'end_turn' }, usage });

describe('a streamed answer', () => {
  const whole = streamedMessage(
    ['Grüße 🙂', 'with "usage":{"output_tokens":9} in it', 'x\\n\\nevent: error'],
    {
      input_tokens: 11,
      cache_read_input_tokens: 22,
      cache_creation_input_tokens: 100,
      cache_creation: { ephemeral_5m_input_tokens: 60, ephemeral_1h_input_tokens: 40 },
      output_tokens: 345,
    },
  ).join('');
  const expected = {
    input: 11,
    cacheRead: 22,
    cacheWrite5m: 60,
    cacheWrite1h: 40,
    output: 345,
    webSearches: 0,
  };

  it('is metered the same however it is cut, and with any line end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        (cuts, lineEnd) => {
          expect(usageOf(whole.replaceAll('\n', lineEnd), cuts)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
    expect(meterOf(whole).final).toBe(true);
  });

  it('is metered byte by byte', () => {
    expect(
      usageOf(
        whole,
        Array.from({ length: whole.length }, (_, i) => i),
      ),
    ).toEqual(expected);
  });

  it('needs no event lines, bears comments, unknown events and data that is no JSON', () => {
    const bare = whole.replaceAll(/^event: .*\n/gm, '');
    expect(usageOf(`: hello\n\n${bare}`)).toEqual(expected);
    const odd = `event: usage_forecast\ndata: {"type":"usage_forecast","x":1}\n\ndata: [DONE]\n\nretry: 3\n\n`;
    expect(usageOf(odd + whole)).toEqual(expected);
  });

  it('takes the last word of the cumulative delta, an explicit zero included', () => {
    const text =
      start({ input_tokens: 100, cache_read_input_tokens: 50, output_tokens: 1 }) +
      delta({ output_tokens: 10, input_tokens: null }) +
      delta({
        output_tokens: 20,
        input_tokens: 130,
        cache_read_input_tokens: 0,
        server_tool_use: { web_search_requests: 2 },
      });
    expect(usageOf(text)).toEqual({ ...NO_USAGE, input: 130, output: 20, webSearches: 2 });
  });

  it.each([
    [
      'more is written later: the rest at the default',
      { ephemeral_5m_input_tokens: 60, ephemeral_1h_input_tokens: 40 },
      150,
      110,
      40,
    ],
    [
      'only one hour was asked for',
      { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 40 },
      150,
      0,
      150,
    ],
    ['no split at all', undefined, 150, 150, 0],
  ])('prices cache writes of a delta that has no split: %s', (_name, split, total, fiveMinutes, oneHour) => {
    const text =
      start({ input_tokens: 1, cache_creation_input_tokens: 100, cache_creation: split, output_tokens: 1 }) +
      delta({ output_tokens: 2, cache_creation_input_tokens: total });
    expect(usageOf(text)).toMatchObject({ cacheWrite5m: fiveMinutes, cacheWrite1h: oneHour });
  });

  it('does not take the placeholder of message_start for the output', () => {
    const text = `${start({ input_tokens: 5, output_tokens: 1 })}${sseEvent('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'x'.repeat(300) } })}`;
    const meter = meterOf(text);
    expect(meter.final).toBe(false);
    expect(meter.bill()[0]?.usage.output).toBeGreaterThanOrEqual(75);
    expect(meter.bill()[0]?.usage.output).toBeLessThan(300);
  });

  it('notices an error after it began well, and whether it stands between events', () => {
    const text = start({ input_tokens: 5, output_tokens: 1 });
    const error = sseEvent('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
    expect(meterOf(text + error)).toMatchObject({ failed: true, known: true, atBoundary: true });
    expect(meterOf(`${text}event: content_block_del`).atBoundary).toBe(false);
    expect(meterOf(`${text}event: ping\n`).atBoundary).toBe(false);
  });

  it('bills advisors at their own model and compaction beside the answer', () => {
    const iterations = [
      { type: 'message', input_tokens: 100, output_tokens: 10 },
      { type: 'compaction', input_tokens: 500, output_tokens: 50, cache_creation_input_tokens: 0 },
      { type: 'advisor_message', model: 'claude-opus-4-8', input_tokens: 7, output_tokens: 8 },
    ];
    const text = start({ input_tokens: 100, output_tokens: 1 }) + delta({ output_tokens: 10, iterations });
    expect(meterOf(text).bill()).toMatchObject([
      { model: 'claude-sonnet-4-6', usage: { input: 100, output: 10 } },
      { model: 'claude-sonnet-4-6', usage: { input: 500, output: 50 } },
      { model: 'claude-opus-4-8', usage: { input: 7, output: 8 } },
    ]);
  });

  it('reports speed and region', () => {
    const text = start({
      input_tokens: 1,
      output_tokens: 1,
      speed: 'fast',
      inference_geo: 'us',
      service_tier: 'standard',
    });
    expect(meterOf(text).bill()[0]?.modifiers).toEqual({ fast: true, region: 'us', batch: false });
  });

  it('keeps nothing of an endless line', () => {
    const meter = createAnswerMeter({ model: 'm', batch: false, contentType: 'text/event-stream' });
    const before = process.memoryUsage().arrayBuffers;
    meter.write(Buffer.from('event: content_block_delta\ndata: '));
    for (let i = 0; i < 400; i++) meter.write(Buffer.alloc(100_000, 120));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000);
    meter.write(Buffer.from(`\n\n${delta({ output_tokens: 4 })}`));
    expect(meter.bill()[0]?.usage.output).toBe(4);
  });
});

describe('an answer in one piece', () => {
  const body = JSON.stringify({
    model: 'claude-opus-4-8',
    content: [
      { type: 'text', text: '{"usage":{"input_tokens":999}}' },
      { type: 'tool_use', input: { usage: { input_tokens: 998 } } },
    ],
    usage: { input_tokens: 1, output_tokens: 2, cache_creation: null },
  });
  it('is metered wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 10 }), (cuts) => {
        const meter = meterOf(body, cuts, 'application/json');
        expect(meter.bill()).toEqual([
          { model: 'claude-opus-4-8', usage: { ...NO_USAGE, input: 1, output: 2 }, modifiers: PLAIN },
        ]);
      }),
    );
  });
});

describe("a batch's results", () => {
  const result = (model: string, usage: object, type = 'succeeded') =>
    JSON.stringify({ custom_id: 'x', result: { type, message: { model, usage } } });
  it('are added up by model, failures left out', () => {
    const meter = createBatchMeter();
    const text = [
      result('a', { input_tokens: 1, output_tokens: 2 }),
      '{"custom_id":"y","result":{"type":"errored","error":{"type":"error"}}}',
      result('b', { input_tokens: 10, output_tokens: 20 }),
      result('a', { input_tokens: 3, output_tokens: 4 }),
    ].join('\n');
    for (let i = 0; i < text.length; i += 11) meter.write(Buffer.from(text.slice(i, i + 11)));
    const modifiers = { ...PLAIN, batch: true };
    expect(meter.bill()).toEqual([
      { model: 'a', usage: { ...NO_USAGE, input: 4, output: 6 }, modifiers },
      { model: 'b', usage: { ...NO_USAGE, input: 10, output: 20 }, modifiers },
    ]);
  });
});
