import type { KeyPress, SystemInfo } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { createApi } from '../connection/api.ts';
import { createScreenKeyboard, isWanted } from './keyboard-store.ts';

const system = (screen: SystemInfo['screen']): SystemInfo => ({
  version: '1',
  commit: null,
  startedAt: new Date(0).toISOString(),
  home: '/home',
  activeEngine: 'builtin',
  undo: true,
  protection: 'none',
  platform: 'linux x64',
  node: 'v24',
  memoryBytes: { total: 1, free: 1 },
  diskBytes: null,
  queue: { limit: 1, running: [], waiting: [] },
  screen,
});

/** A page at this address, of a machine with this screen. */
const page = (hostname: string, screen: SystemInfo['screen'], file?: string) => {
  const machine = { screen, file, asked: 0 };
  const kept = new Map<string, string>();
  const api = createApi({
    onSignedOut: () => undefined,
    fetch: async (path, init) => {
      machine.asked++;
      if (path === '/api/system') return Response.json(system(machine.screen));
      if (init?.method === 'PUT') machine.file = String(init.body);
      return new Response(machine.file ?? '', { status: machine.file === undefined ? 404 : 200 });
    },
  });
  const frame = { contains: (other: unknown) => other === frame } as unknown as Element;
  const keyboard = createScreenKeyboard({
    api,
    hostname,
    active: () => frame,
    storage: () => ({
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
    }),
  });
  return { frame, kept, keyboard, machine, state: () => keyboard.store.getState() };
};

describe('whether a keyboard is shown', () => {
  it.each([
    ['auto', { keyboard: false }, false, true],
    ['auto', { keyboard: true }, false, false],
    // A key that was really pressed says more than a list of devices.
    ['auto', { keyboard: false }, true, false],
    ['auto', null, false, false],
    ['always', null, true, true],
    ['always', { keyboard: true }, true, true],
    ['never', { keyboard: false }, false, false],
  ] as const)('mode %s, screen %j, a real key %s: %s', (mode, screen, realKey, wanted) => {
    expect(isWanted({ mode, screen, realKey })).toBe(wanted);
  });
});

describe('the screen keyboard', () => {
  it('is on by itself on the appliance’s own screen, and in no other browser', async () => {
    const own = page('localhost', { keyboard: false });
    await own.keyboard.load();
    expect(own.state()).toMatchObject({ on: true, ownScreen: true });
    const away = page('matrix.local', { keyboard: false });
    await away.keyboard.load();
    expect(away.state()).toMatchObject({ on: false, ownScreen: false });
    expect(away.machine.asked).toBe(0);
  });

  it('keeps the choice in the home for the own screen, and in the browser elsewhere', async () => {
    const own = page('127.0.0.1', { keyboard: true }, '{ "mode": "never", "mine": 1 }');
    await own.keyboard.load();
    expect(own.state().on).toBe(false);
    await own.keyboard.choose({ mode: 'always' });
    expect(own.state().on).toBe(true);
    expect(JSON.parse(own.machine.file ?? '')).toMatchObject({ mode: 'always', mine: 1 });
    expect(own.kept.size).toBe(0);

    const away = page('tablet.example.org', null);
    await away.keyboard.choose({ mode: 'always', layout: 'de' });
    expect(away.machine.file).toBeUndefined();
    expect(JSON.parse(away.kept.get('matrix.keyboard') ?? '')).toMatchObject({
      mode: 'always',
      layout: 'de',
    });
  });

  it('takes a damaged choice for none', async () => {
    const own = page('localhost', { keyboard: false }, '{ "mode": ');
    await own.keyboard.load();
    expect(own.state()).toMatchObject({ on: true, choices: { mode: 'auto', layout: 'auto' } });
  });

  it('types into what has the focus, and stays away once put away until it is wanted again', async () => {
    const { frame, keyboard, state } = page('localhost', { keyboard: false });
    await keyboard.load();
    const typed: KeyPress[] = [];
    let field: 'none' | 'text' = 'text';
    const stop = keyboard.takes({
      element: frame,
      field: () => field,
      press: (press) => void typed.push(press),
    });
    keyboard.look(false);
    expect(state()).toMatchObject({ field: 'text', hidden: false });
    keyboard.press({ key: 'a', ctrl: false });
    expect(typed).toEqual([{ key: 'a', ctrl: false }]);
    keyboard.hide();
    keyboard.look(false);
    expect(state().hidden).toBe(true);
    keyboard.look(true);
    expect(state().hidden).toBe(false);
    field = 'none';
    keyboard.look(false);
    // What is pressed just now stays where it is.
    expect(state().field).toBe('text');
    await expect.poll(() => state().field).toBe('none');
    // A caret that comes back in time is one that never went.
    field = 'text';
    keyboard.look(false);
    field = 'none';
    keyboard.look(false);
    field = 'text';
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(state().field).toBe('text');
    stop();
  });

  it('notices a keyboard that is plugged in or taken away', async () => {
    const { frame, keyboard, machine, state } = page('localhost', { keyboard: true });
    await keyboard.load();
    keyboard.takes({ element: frame, field: () => 'text', press: () => undefined });
    expect(state().on).toBe(false);
    machine.screen = { keyboard: false };
    keyboard.look(true);
    await expect.poll(() => state().on).toBe(true);
    machine.screen = { keyboard: true };
    keyboard.look(true);
    await expect.poll(() => state().on).toBe(false);
  });
});
