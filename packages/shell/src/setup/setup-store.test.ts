import { expect, it } from 'vitest';
import { createApi } from '../connection/api.ts';
import { createSetup } from './setup-store.ts';

/** A home with this file, or none. */
const over = (file: string | undefined) => {
  const home = { file, reachable: true };
  const api = createApi({
    onSignedOut: () => undefined,
    fetch: async (_path, init) => {
      if (!home.reachable) throw new TypeError('no network');
      if (init?.method === 'PUT') home.file = String(init.body);
      return home.file === undefined ? Response.json({}, { status: 404 }) : new Response(home.file);
    },
  });
  const setup = createSetup({ api });
  return { home, setup, shown: () => setup.store.getState().shown };
};

it('waits in a new home until it is finished, and then never again', async () => {
  const { home, setup, shown } = over('{ "version": 1, "state": "pending" }');
  expect(shown()).toBe('unknown');
  await setup.load();
  expect(shown()).toBe('first');
  await setup.close('done');
  expect(shown()).toBe('no');
  expect(JSON.parse(home.file ?? '')).toEqual({ version: 1, state: 'done', at: expect.any(String) });
  await setup.load();
  expect(shown()).toBe('no');
});

it.each([
  ['none', undefined],
  ['a damaged one', '{ "state": '],
  ['one of another shape', '{ "state": "perhaps" }'],
  ['that of a release without a setup', '{ "version": 1, "steps": [{ "id": "name", "done": false }] }'],
])('bothers nobody whose home has %s', async (_what, file) => {
  const { setup, shown } = over(file);
  await setup.load();
  expect(shown()).toBe('no');
});

it('bothers nobody while the home can’t be asked, and asks later', async () => {
  const { home, setup, shown } = over('{ "state": "pending" }');
  home.reachable = false;
  await expect(setup.load()).rejects.toThrow();
  expect(shown()).toBe('no');
  home.reachable = true;
  await setup.load();
  expect(shown()).toBe('first');
});

it('leaves this screen when another browser has finished it', async () => {
  const { home, setup, shown } = over('{ "state": "pending" }');
  await setup.load();
  home.file = '{ "state": "done" }';
  await setup.load();
  expect(shown()).toBe('no');
});

it('is shown again to who asks for it, and left without a trace', async () => {
  const { home, setup, shown } = over('{ "state": "done", "mine": 1 }');
  await setup.load();
  const before = home.file;
  setup.again();
  await setup.load();
  expect(shown()).toBe('again');
  await setup.close('skipped');
  expect([shown(), home.file]).toEqual(['no', before]);
  setup.again();
  await setup.close('done');
  expect(JSON.parse(home.file ?? '')).toMatchObject({ state: 'done', mine: 1, at: expect.any(String) });
});

it('lets the owner go even when that can’t be written down', async () => {
  const { home, setup, shown } = over('{ "state": "pending" }');
  await setup.load();
  home.reachable = false;
  await expect(setup.close('skipped')).rejects.toThrow();
  expect(shown()).toBe('no');
  home.reachable = true;
  await setup.load();
  expect(shown()).toBe('no');
});
