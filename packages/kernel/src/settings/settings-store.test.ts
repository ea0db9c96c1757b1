import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@matrix-os/kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckKey } from './check-key.ts';
import { openSettings } from './settings-store.ts';

let statePath: string;
beforeEach(() => {
  statePath = mkdtempSync(join(tmpdir(), 'matrix-settings-'));
});
afterEach(() => rmSync(statePath, { recursive: true }));

const KEY = 'sk-ant-0123456789-abcd';
const open = (
  engine: { apiKey?: string; baseUrl?: string; model?: string } = {},
  problem: string | null = null,
  checkKey: CheckKey = async () => 'unknown',
  freely = true,
) =>
  openSettings({
    statePath,
    defaults: {
      autonomy: 'ask',
      engine: { apiKey: undefined, baseUrl: undefined, model: undefined, executable: undefined, ...engine },
    },
    claudeProblem: () => problem,
    checkKey,
    mayActFreely: async () => freely,
    actsFreely: () => freely,
    log: createLogger({ name: 'test', level: 'silent' }),
  });

describe('settings', () => {
  test('without a wall the kernel does not act freely, whatever is set', async () => {
    await open().update({ autonomy: 'free' });
    const walled = open();
    expect(walled.get().autonomy).toBe('free');
    const bare = open({}, null, undefined, false);
    expect(bare.get().autonomy).toBe('ask');
    await expect(bare.update({ autonomy: 'free' })).rejects.toMatchObject({ code: 'conflict' });
  });

  test('without a key the built-in helper answers, and it says why', () => {
    expect(open().get()).toMatchObject({
      engine: 'auto',
      activeEngine: 'builtin',
      engineProblem: expect.stringContaining('API key'),
      autonomy: 'ask',
      key: { source: 'none', hint: null },
    });
  });

  test('a key makes the next turn go to claude, is kept for the owner alone, and can be taken away', async () => {
    const settings = open();
    const after = await settings.setKey(KEY);
    expect(after).toMatchObject({
      activeEngine: 'claude',
      engineProblem: null,
      key: { source: 'settings', hint: 'abcd' },
    });
    expect(settings.engine().apiKey).toBe(KEY);
    expect(statSync(join(statePath, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(open().get())).not.toContain(KEY);
    expect(open().engine().apiKey).toBe(KEY);
    expect(await settings.setKey(null)).toMatchObject({ activeEngine: 'builtin' });
    expect(open().engine().apiKey).toBeUndefined();
  });

  test('a key that its endpoint refuses is not kept, and the one before it stays', async () => {
    const settings = open({}, null, async ({ apiKey }) => (apiKey === KEY ? 'accepted' : 'refused'));
    expect((await settings.setKey(KEY)).key).toMatchObject({ checked: true });
    await expect(settings.setKey('sk-ant-mistyped-0123')).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('does not accept this key'),
    });
    expect(settings.get().key).toEqual({ source: 'settings', hint: 'abcd', checked: true });
    // What was true of the key then may not be now.
    expect(open().get().key).toEqual({ source: 'settings', hint: 'abcd', checked: false });
  });

  test('the environment wins, and can not be changed from here', async () => {
    const settings = open({ apiKey: KEY, model: 'claude-a' });
    expect(settings.get()).toMatchObject({ key: { source: 'environment' }, model: 'claude-a' });
    await expect(settings.setKey('sk-another-0123')).rejects.toMatchObject({ code: 'conflict' });
  });

  test('an endpoint of one’s own needs no key', () => {
    expect(open({ baseUrl: 'http://127.0.0.1:1' }).activeEngine()).toBe('claude');
  });

  test('a missing engine program is told, and the built-in helper serves', () => {
    expect(open({ apiKey: KEY }, 'No program. Reinstall.').get()).toMatchObject({
      activeEngine: 'builtin',
      engineProblem: 'No program. Reinstall.',
    });
  });

  test('changes are kept, one after the other', async () => {
    const settings = open({ apiKey: KEY });
    await Promise.all([
      settings.update({ engine: 'builtin' }),
      settings.update({ model: 'claude-b' }),
      settings.remember('Bash: ls'),
      settings.remember('Bash: pwd'),
      settings.update({ autonomy: 'free', forget: 'Bash: ls' }),
    ]);
    expect(open({ apiKey: KEY }).get()).toMatchObject({
      engine: 'builtin',
      activeEngine: 'builtin',
      engineProblem: null,
      model: 'claude-b',
      autonomy: 'free',
      remembered: ['Bash: pwd'],
    });
    expect(settings.remembers('Bash: pwd')).toBe(true);
    expect((await settings.update({ model: null })).model).toBeNull();
  });

  test('damaged files are set aside, not fatal', () => {
    writeFileSync(join(statePath, 'settings.json'), '{"engine":');
    writeFileSync(join(statePath, 'secrets.json'), 'nonsense');
    expect(open().get()).toMatchObject({ engine: 'auto', key: { source: 'none' } });
    const aside = readdirSync(statePath).find((name) => name.startsWith('settings.json.damaged'));
    expect(readFileSync(join(statePath, aside ?? ''), 'utf8')).toBe('{"engine":');
  });
});
