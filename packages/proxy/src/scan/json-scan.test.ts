import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJsonScan } from './json-scan.ts';
import { createRequestScan } from './request-scan.ts';

const scanIn = (text: string, cuts: number[], want: string[]) => {
  const found: [string, unknown][] = [];
  const scan = createJsonScan({
    want: new Set(want),
    onValue: (path, json) => found.push([path, JSON.parse(json)]),
  });
  const bytes = Buffer.from(text);
  const points = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < points.length; i++) scan.write(bytes.subarray(points[i - 1], points[i]));
  return { found, whole: scan.end() };
};

describe('the JSON scan', () => {
  it('finds what JSON.parse finds, wherever the text is cut', () => {
    const key = fc.oneof(fc.constantFrom('usage', 'model', 'a"b', 'ü', '\\'), fc.string({ maxLength: 6 }));
    const value = fc.letrec((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(key, tie('json'), { maxKeys: 4 }),
      ),
    })).json;
    fc.assert(
      fc.property(
        fc.dictionary(key, value, { maxKeys: 5 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        fc.boolean(),
        (object, cuts, spaced) => {
          const text = JSON.stringify(object, null, spaced ? 2 : undefined);
          const { found, whole } = scanIn(text, cuts, ['usage', 'model', 'usage.model']);
          const parsed = JSON.parse(text) as Record<string, unknown>;
          const expected = ['usage', 'model'].filter((name) => Object.hasOwn(parsed, name));
          expect(whole).toBe(true);
          for (const name of expected) {
            expect(found.filter(([path]) => path === name).map(([, json]) => json)).toEqual([parsed[name]]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(['', '{', '{"a":1', '{"a":"b', '{}}', '[}', '{"a":1} x', '"a', ']'])(
    'knows that %j is not whole',
    (text) => {
      expect(scanIn(text, [], ['a']).whole).toBe(false);
    },
  );

  it('bears any depth and does not run out of stack', () => {
    expect(scanIn('['.repeat(4000) + ']'.repeat(4000), [], ['a']).whole).toBe(true);
    expect(scanIn('['.repeat(9000) + ']'.repeat(9000), [], ['a']).whole).toBe(false);
  });

  it('drops a value that is too long to be kept', () => {
    expect(scanIn(`{"usage":"${'x'.repeat(70_000)}","model":"m"}`, [], ['usage', 'model']).found).toEqual([
      ['model', 'm'],
    ]);
  });
});

const factsOf = (text: string, kind: 'one' | 'batch' = 'one') => {
  const scan = createRequestScan(kind);
  for (let i = 0; i < text.length; i += 7) scan.write(Buffer.from(text.slice(i, i + 7)));
  return scan.end();
};

describe('the request scan', () => {
  it('reads what the price depends on', () => {
    const body = {
      messages: [
        {
          role: 'user',
          content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        },
      ],
      max_tokens: 10,
      model: 'm',
      speed: 'fast',
      inference_geo: 'us',
    };
    expect(factsOf(JSON.stringify(body))).toMatchObject({
      model: 'm',
      maxTokens: 10,
      fast: true,
      region: 'us',
      cacheWrites: '1h',
      problem: undefined,
    });
  });

  it('is not misled by a repeated or a disguised key', () => {
    expect(factsOf('{"max_tokens":1,"model":"m","max_tokens":64000}').maxTokens).toBe(64_000);
    expect(factsOf('{"max_\\u0074okens":64000,"model":"m"}').maxTokens).toBe(64_000);
    expect(factsOf('{"system":"\\"max_tokens\\":5","model":"m"}').maxTokens).toBeUndefined();
    expect(factsOf('{"tools":[{"max_tokens":5}],"model":"m"}').maxTokens).toBeUndefined();
  });

  it('counts text by its length, and a picture as a picture', () => {
    expect(
      factsOf(JSON.stringify({ model: 'm', system: 'x'.repeat(3000) })).estimatedInputTokens,
    ).toBeGreaterThan(1000);
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(2_000_000) },
    };
    const facts = factsOf(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: [image] }] }));
    expect(facts.estimatedInputTokens).toBeGreaterThan(4_800);
    expect(facts.estimatedInputTokens).toBeLessThan(5_000);
  });

  it.each([
    ['{"model":"m","max_tokens":-1}', 'max_tokens'],
    ['{"model":"m","max_tokens":"many"}', 'max_tokens'],
    ['{"model":7}', 'model'],
    ['{"model":"m"', 'not valid JSON'],
    ['', 'not valid JSON'],
  ])('says what is wrong with %j', (text, words) => {
    expect(factsOf(text).problem).toContain(words);
  });

  it('adds up a batch', () => {
    const params = { model: 'm', max_tokens: 100, messages: [] };
    const body = JSON.stringify({
      requests: [
        { custom_id: 'a', params },
        { custom_id: 'b', params },
      ],
    });
    expect(factsOf(body, 'batch')).toMatchObject({ model: 'm', maxTokens: 200 });
  });
});
