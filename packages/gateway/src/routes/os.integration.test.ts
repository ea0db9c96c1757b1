import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  AppDataKeys,
  AppList,
  AppOpening,
  AppSummary,
  FileDeleted,
  Problem,
  Settings,
} from '@matrix-os/contracts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startGatewayProcess } from '../testing/gateway-process.ts';

/** An endpoint that knows one key. */
const endpointOf = async (key: string): Promise<string> => {
  const server = createServer((request, response) =>
    response.writeHead(request.headers['x-api-key'] === key ? 200 : 401).end('{}'),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const json = (method: string, body: unknown) => ({ method, body: JSON.stringify(body) });

describe('an OS over HTTP', () => {
  it('installs an app as files, opens it, and keeps its data over kill -9', async () => {
    const first = await startGatewayProcess();
    const gallery = AppList.parse(await (await first.request('/api/apps')).json());
    expect(gallery.gallery.map(({ name }) => name)).toContain('todo');
    const installed = await first.request('/api/apps', json('POST', { name: 'todo' }));
    expect(installed.status).toBe(201);
    expect(AppSummary.parse(await installed.json())).toMatchObject({ name: 'todo', problem: null });
    expect(existsSync(join(first.home, 'apps', 'todo', 'index.html'))).toBe(true);
    expect((await first.request('/api/apps', json('POST', { name: 'todo' }))).status).toBe(409);

    const opened = await first.request('/api/apps/todo/open', { method: 'POST' });
    const { url } = AppOpening.parse(await opened.json());
    const page = await fetch(first.url + url);
    expect(await page.text()).toBe(await readFile(join(first.home, 'apps', 'todo', 'index.html'), 'utf8'));
    expect((await fetch(`${first.url}${url.replace('index.html', '@os/app.css')}`)).status).toBe(200);

    const items = [{ text: 'milk', done: false }];
    const put = await first.request('/api/apps/todo/data/items', json('PUT', items));
    expect(put.status).toBe(204);
    await first.stop('SIGKILL');
    const second = await startGatewayProcess({ MATRIX_HOME: first.home, MATRIX_STATE: first.state });
    expect(await (await second.request('/api/apps/todo/data/items')).json()).toEqual(items);
    const { keys } = AppDataKeys.parse(await (await second.request('/api/apps/todo/data')).json());
    expect(keys).toContain('items');
    expect((await second.request('/api/apps/todo/data/none')).status).toBe(404);
    expect((await second.request('/api/apps/todo/data/..%2f..%2fx')).status).toBe(404);
    expect((await second.request('/api/apps/nothing/open', { method: 'POST' })).status).toBe(404);
  });

  it('throws away and takes back: apps and files', async () => {
    const { home, request } = await startGatewayProcess();
    await request('/api/apps', json('POST', { name: 'todo' }));
    const removed = FileDeleted.parse(await (await request('/api/apps/todo', { method: 'DELETE' })).json());
    expect(existsSync(join(home, 'apps', 'todo'))).toBe(false);
    const restored = await request('/api/files/restore', json('POST', removed));
    expect(await restored.json()).toEqual({ path: 'apps/todo' });
    expect(existsSync(join(home, 'apps', 'todo', 'index.html'))).toBe(true);

    await writeFile(join(home, 'note.txt'), 'keep me');
    const { trash } = FileDeleted.parse(
      await (await request('/files/note.txt', { method: 'DELETE' })).json(),
    );
    expect((await request('/files/note.txt')).status).toBe(404);
    await writeFile(join(home, 'note.txt'), 'in the way');
    expect((await request('/api/files/restore', json('POST', { trash }))).status).toBe(409);
    await request('/api/files/move', json('POST', { from: 'note.txt', to: 'other.txt' }));
    expect((await request('/api/files/restore', json('POST', { trash }))).status).toBe(200);
    expect(await readFile(join(home, 'note.txt'), 'utf8')).toBe('keep me');
    for (const path of ['', 'system/', '.git/'])
      expect([path, (await request(`/files/${path}`, { method: 'DELETE' })).status]).toEqual([path, 403]);
  });

  it('takes a key, shows its end only, and lets the environment’s stand', async () => {
    const { request, state, home, stop } = await startGatewayProcess({
      ANTHROPIC_BASE_URL: await endpointOf('sk-ant-very-secret-1234'),
    });
    const mistyped = await request('/api/settings/key', json('PUT', { apiKey: 'sk-ant-very-secret-12' }));
    expect(Problem.parse(await mistyped.json())).toMatchObject({
      status: 400,
      detail: expect.stringContaining('does not accept this key'),
    });
    const put = await request('/api/settings/key', json('PUT', { apiKey: 'sk-ant-very-secret-1234' }));
    const text = await put.text();
    expect(Settings.parse(JSON.parse(text)).key).toEqual({ source: 'settings', hint: '1234', checked: true });
    expect(text).not.toContain('secret');
    const changed = await request('/api/settings', json('PUT', { autonomy: 'free', engine: 'builtin' }));
    expect(Settings.parse(await changed.json())).toMatchObject({ autonomy: 'free', activeEngine: 'builtin' });
    expect((await request('/api/settings', json('PUT', { surprise: 1 }))).status).toBe(400);
    await stop('SIGTERM');
    const second = await startGatewayProcess({
      MATRIX_HOME: home,
      MATRIX_STATE: state,
      ANTHROPIC_API_KEY: 'sk-ant-of-the-environment-9876',
    });
    const settings = Settings.parse(await (await second.request('/api/settings')).json());
    expect(settings).toMatchObject({ autonomy: 'free', key: { source: 'environment', hint: '9876' } });
    const refused = await second.request('/api/settings/key', { method: 'DELETE' });
    expect(Problem.parse(await refused.json()).status).toBe(409);
  });

  it('knows what it does not have', async () => {
    const { request } = await startGatewayProcess();
    const id = '0123456789abcdefghjkm';
    for (const [path, method] of [
      [`/api/sessions/ses_${id}`, 'GET'],
      [`/api/sessions/ses_${id}`, 'DELETE'],
      [`/api/turns/trn_${id}/undo`, 'POST'],
      ['/api/sessions/nonsense', 'GET'],
      ['/api/turns/nonsense/cancel', 'POST'],
    ] as const) {
      const answer = await request(path, { method });
      expect([path, Problem.parse(await answer.json()).status]).toEqual([path, 404]);
    }
  });
});
