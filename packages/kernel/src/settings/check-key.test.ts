import { expect, test } from 'vitest';
import { createCheckKey } from './check-key.ts';

const answering = (answer: () => Promise<Response>) => {
  const asked: { url: string; headers: Headers }[] = [];
  const check = createCheckKey({
    fetch: (url, init) => {
      asked.push({ url: String(url), headers: new Headers(init?.headers) });
      return answer();
    },
  });
  return { asked, check };
};
const status = (code: number) => async () => new Response(null, { status: code });

test.each([
  [200, 'accepted'],
  [401, 'refused'],
  // None of these speaks of the key: a proxy, an endpoint without the list, an overload.
  [302, 'unknown'],
  [403, 'unknown'],
  [404, 'unknown'],
  [529, 'unknown'],
] as const)('takes status %i as %s', async (code, verdict) => {
  const { check } = answering(status(code));
  expect(await check({ apiKey: 'sk-ant-1', baseUrl: undefined })).toBe(verdict);
});

test('does not hold the key against the owner when there is no network', async () => {
  const { check } = answering(() => Promise.reject(new TypeError('fetch failed')));
  expect(await check({ apiKey: 'sk-ant-1', baseUrl: undefined })).toBe('unknown');
});

test('asks the endpoint that the messages will go to', async () => {
  const { asked, check } = answering(status(200));
  await check({ apiKey: 'sk-ant-1', baseUrl: undefined });
  await check({ apiKey: 'sk-ant-2', baseUrl: 'http://127.0.0.1:8080/llm/' });
  expect(asked.map(({ url }) => url)).toEqual([
    'https://api.anthropic.com/v1/models?limit=1',
    'http://127.0.0.1:8080/llm/v1/models?limit=1',
  ]);
  expect(asked.map(({ headers }) => headers.get('x-api-key'))).toEqual(['sk-ant-1', 'sk-ant-2']);
});
