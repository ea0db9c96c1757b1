import type { AppList, FileEntry } from '@matrix-os/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createApi } from '../connection/api.ts';
import { type AppsStore, createApps } from './apps-store.ts';

let installed: AppList['apps'];
let files: FileEntry[];
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
  files = [];
  apps = createApps({
    api: createApi({
      fetch: async (input) => {
        const path = String(input);
        if (path.startsWith('/files/')) return Response.json({ path, entries: files });
        if (path.endsWith('/open')) return Response.json({ url: '/app/x/', app: installed[0] });
        return Response.json({ apps: installed, gallery: [] });
      },
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

const write = (name: string, second: number) => {
  const modifiedAt = `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;
  files = [...files.filter((file) => file.name !== name), { name, kind: 'file', bytes: 1, modifiedAt }];
  changed(`apps/dice/${name}`);
};
const versions = async () => {
  await vi.advanceTimersByTimeAsync(1000);
  return apps.store.getState().versions;
};

it('loads an app anew once the writing of its files pauses, and not for its data', async () => {
  add('dice');
  await apps.opening('dice');
  for (const [second, file] of ['index.html', 'app.js', 'style.css'].entries()) {
    write(file, second);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(apps.store.getState().versions).toEqual({});
  expect(await versions()).toEqual({ dice: 1 });
  await apps.opening('dice');
  changed('apps/dice/data/list.json', 'documents/x.md');
  expect(await versions()).toEqual({ dice: 1 });
});

it('does not load an app anew for changes that were there when it was opened', async () => {
  add('dice');
  write('index.html', 1);
  await apps.opening('dice');
  expect(await versions()).toEqual({});
  write('index.html', 2);
  expect(await versions()).toEqual({ dice: 1 });
});

it('tells an app’s own listeners which key changed', () => {
  const heard: (string | null)[] = [];
  const stop = apps.onDataChanged('dice', (key) => heard.push(key));
  changed('apps/dice/data/list.json', 'apps/other/data/list.json', 'apps/dice/data');
  stop();
  changed('apps/dice/data/late.json');
  expect(heard).toEqual(['list', null]);
});
