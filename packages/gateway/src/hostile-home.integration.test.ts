import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppList, FileListing } from '@matrix-os/contracts';
import { expect, it, onTestFinished } from 'vitest';
import { createModelServer } from '../../../tests/support/model-server/model-server.ts';
import { startGatewayProcess } from './testing/gateway-process.ts';
import { makeFolder } from './testing/test-app.ts';

const CANARY = 'canary-of-a-file-outside';
const TOKEN = 'canary-of-the-environment';

/** Every file of the home that the OS itself reads. */
const FILES = [
  'system/soul.md',
  'system/user.md',
  'system/memory.md',
  'system/public/profile.md',
  'system/theme.json',
  'system/layout.json',
  'system/cron.json',
  'system/setup-plan.json',
  'system/keyboard.json',
  'system/.template.json',
  'system/app-kit/app.js',
  'agents/builder.md',
  'apps/evil/matrix.json',
  'apps/evil/data/items.json',
];
const FOLDERS = ['system', 'agents', 'apps', 'documents', 'system/public', 'apps/evil', 'apps/evil/data'];

type Put = (path: string, outside: string) => unknown;

/** The real process on the real engine, over a home where `put` has been; what it says and sends. */
const run = async (paths: readonly string[], put: Put) => {
  const [home, outside] = [await makeFolder('home'), await makeFolder('outside')];
  for (const name of ['secret', 'soul.md', 'builder.md', 'profile.md', 'welcome.md'])
    await writeFile(join(outside, name), CANARY);
  for (const path of ['matrix.json', 'items.json', 'cron.json'])
    await writeFile(join(outside, path), `"${CANARY}"`);
  const before = (await readdir(outside)).sort();
  await mkdir(join(home, 'apps/evil/data'), { recursive: true });
  await writeFile(join(home, 'apps/evil/index.html'), '');
  for (const path of paths) {
    await rm(join(home, path), { recursive: true, force: true });
    await mkdir(dirname(join(home, path)), { recursive: true });
    await put(join(home, path), outside);
  }
  const model = await createModelServer();
  onTestFinished(() => model.close());
  const gateway = await startGatewayProcess({
    MATRIX_HOME: home,
    MATRIX_AUTH_TOKEN: TOKEN,
    ANTHROPIC_API_KEY: 'sk-test-0123456789',
    ANTHROPIC_BASE_URL: model.url,
  });
  const said: string[] = [];
  const ask = async (path: string, init?: RequestInit) => {
    const answer = await gateway.request(path, { ...init, headers: { range: 'bytes=0-99999' } });
    const body = await answer.text();
    said.push(body);
    return { status: answer.status, body };
  };
  const turn = await ask('/api/message', { method: 'POST', body: JSON.stringify({ text: 'hello' }) });
  expect(JSON.parse(turn.body)).toMatchObject({ text: 'You said: hello' });
  expect((await ask('/health')).status).toBe(200);
  for (const path of FILES) await ask(`/files/${path}`);
  for (const path of FOLDERS) await ask(`/files/${path}/`);
  await ask('/api/apps/evil/data/items');
  await ask('/api/notices');
  const apps = AppList.parse(JSON.parse((await ask('/api/apps')).body)).apps;
  said.push(JSON.stringify(model.requests));
  expect(await gateway.stop('SIGTERM')).toBe(0);
  for (const canary of [CANARY, TOKEN]) expect(said.join('\n')).not.toContain(canary);
  expect((await readdir(outside)).sort()).toEqual(before);
  expect(await readFile(join(outside, 'soul.md'), 'utf8')).toBe(CANARY);
  return { home, apps, notices: said.join('\n'), model };
};

it.each<[string, Put]>([
  ['a link to a file outside', (path, outside) => symlink(join(outside, 'secret'), path)],
  ['a link to its own environment', (path) => symlink('/proc/self/environ', path)],
  ['a link to a device without an end', (path) => symlink('/dev/zero', path)],
  ['a pipe', (path) => execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', path])],
  ['a folder', (path) => mkdir(path)],
  ['a file of a gigabyte', (path) => writeFile(path, '').then(() => truncate(path, 1_000_000_000))],
  ['100,000 open brackets', (path) => writeFile(path, '['.repeat(100_000))],
  ['brackets that close again', (path) => writeFile(path, `${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
  ['ten megabytes of JSON', (path) => writeFile(path, JSON.stringify({ jobs: Array(2_000_000).fill(null) }))],
])('starts and answers with %s in place of each of its files', async (_, put) => {
  const { apps } = await run(FILES, put);
  expect(apps.map(({ name, problem }) => [name, problem !== null])).toEqual([['evil', true]]);
});

it.each([['system', 'agents', 'documents'], ['system/public', 'apps/evil'], ['apps/evil/data'], ['apps']])(
  'starts and answers with a link outside in place of %s',
  async (...folders) => {
    const { notices, home } = await run(folders, (path, outside) => symlink(outside, path));
    if (folders.includes('system')) expect(notices).toContain('not a real one');
    expect(await readdir(home)).toContain('documents');
  },
);

it('reads the owner’s own words where they are what they seem', async () => {
  const { model } = await run(['system/soul.md'], (path) => writeFile(path, 'You are as calm as a heron.'));
  expect(JSON.stringify(model.requests)).toContain('as calm as a heron');
});

it('lists so many files of a folder, and no more', async () => {
  const home = await makeFolder('home');
  await mkdir(join(home, 'agents'));
  execFileSync('/bin/sh', ['-c', 'cd "$0" && seq -f "%g.md" 60000 | xargs touch', join(home, 'agents')]);
  const { request } = await startGatewayProcess({ MATRIX_HOME: home });
  const listing = FileListing.parse(await (await request('/files/agents/')).json());
  expect(listing.entries).toHaveLength(50_000);
});
