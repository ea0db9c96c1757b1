import type { AppList } from '@matrix-os/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createApi } from '../connection/api.ts';
import { type AppsStore, createApps } from './apps-store.ts';

let installed: AppList['apps'];
let apps: AppsStore;
const add = (name: string, problem: string | null = null) =>
  installed.push({
    name,
    title: name,
    description: '',
    version: '1',
    icon: 'x',
    window: { width: 300, height: 300 },
    problem,
  });
const changed = (...paths: string[]) =>
  apps.filesChanged(paths.map((path) => ({ path, kind: 'changed' as const })));

beforeEach(() => {
  vi.useFakeTimers();
  installed = [];
  apps = createApps({
    api: createApi({
      fetch: async () => Response.json({ apps: installed, gallery: [] }),
      onSignedOut: () => undefined,
    }),
  });
});
afterEach(() => {
  vi.useRealTimers();
});

it('opens a window only when the app’s files are there', async () => {
  const opened: string[] = [];
  apps.whenReady('dice', ({ name }) => opened.push(name));
  await vi.advanceTimersByTimeAsync(0);
  add('dice', 'index.html is missing');
  changed('apps/dice/matrix.json');
  await vi.advanceTimersByTimeAsync(1000);
  expect(opened).toEqual([]);
  installed = [];
  add('dice');
  changed('apps/dice/index.html');
  await vi.advanceTimersByTimeAsync(1000);
  changed('apps/dice/index.html');
  await vi.advanceTimersByTimeAsync(1000);
  expect(opened).toEqual(['dice']);
});

it('loads an app anew once the writing of its files pauses, and not for its data', async () => {
  add('dice');
  for (const file of ['index.html', 'app.js', 'style.css']) {
    changed(`apps/dice/${file}`);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(apps.store.getState().versions).toEqual({});
  await vi.advanceTimersByTimeAsync(1000);
  expect(apps.store.getState().versions).toEqual({ dice: 1 });
  changed('apps/dice/data/list.json', 'documents/x.md');
  await vi.advanceTimersByTimeAsync(1000);
  expect(apps.store.getState().versions).toEqual({ dice: 1 });
});

it('tells an app’s own listeners which key changed', () => {
  const heard: (string | null)[] = [];
  const stop = apps.onDataChanged('dice', (key) => heard.push(key));
  changed('apps/dice/data/list.json', 'apps/other/data/list.json', 'apps/dice/data');
  stop();
  changed('apps/dice/data/late.json');
  expect(heard).toEqual(['list', null]);
});
