import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppOpening, type AppSummary } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { createTestApp } from '../testing/test-app.ts';

const summary = (name: string): AppSummary => ({
  name,
  title: name,
  description: '',
  version: '1.0.0',
  icon: '📦',
  window: { width: 300, height: 300 },
  problem: null,
});

const openTodo = async () => {
  const test = await createTestApp();
  const { home, kernel, anonymous, signIn } = test;
  Object.assign(kernel.apps, { get: async (name: string) => summary(name) });
  for (const app of ['todo', 'diary']) {
    await mkdir(join(home, 'apps', app, 'data'), { recursive: true });
    await writeFile(join(home, 'apps', app, 'index.html'), `<h1>${app}</h1>`);
    await writeFile(join(home, 'apps', app, 'data', 'items.json'), '"private"');
    await writeFile(join(home, 'apps', app, '.secret'), 'private');
  }
  await mkdir(join(home, 'system', 'app-kit'), { recursive: true });
  await writeFile(join(home, 'system', 'app-kit', 'app.css'), 'b{}');
  await writeFile(join(home, 'system', 'app-kit', 'keyboard.js'), '1');
  await writeFile(join(home, 'system', 'soul.md'), 'private');
  await symlink('../soul.md', join(home, 'system', 'app-kit', 'app.js'));
  await symlink('../diary/index.html', join(home, 'apps', 'todo', 'diary.html'));
  await symlink('data/items.json', join(home, 'apps', 'todo', 'items.json'));
  const browser = await signIn();
  const open = async (app: string, as = browser): Promise<string> => {
    const answer = await anonymous(`/api/apps/${app}/open`, { method: 'POST', headers: as });
    return AppOpening.parse(await answer.json()).url.replace('index.html', '');
  };
  return { ...test, browser, open, base: await open('todo') };
};

describe('an app’s frame', () => {
  it('gets its own files without a cookie, under a policy that leaves no way out', async () => {
    const { anonymous, base } = await openTodo();
    expect(base).toMatch(/^\/app\/[0-9a-z]{32}\/$/);
    const answer = await anonymous(`${base}index.html`);
    expect(await answer.text()).toBe('<h1>todo</h1>');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^sandbox allow-scripts /);
    expect(policy).not.toContain('allow-same-origin');
    expect(policy).not.toContain('allow-popups');
    expect(policy).toContain("connect-src 'none'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src http://localhost:4000${base} 'unsafe-inline'`);
    expect(answer.headers.get('permissions-policy')).toContain('camera=()');
    // Its origin is opaque: module scripts and fonts of its own are cross-origin to it.
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  });

  it('gets the shared sheet', async () => {
    const { anonymous, base } = await openTodo();
    expect(await (await anonymous(`${base}@os/keyboard.js`)).text()).toBe('1');
    const answer = await anonymous(`${base}@os/app.css`);
    expect([answer.status, await answer.text()]).toEqual([200, 'b{}']);
  });

  it.each([
    'data/items.json',
    'DATA/items.json',
    '.secret',
    'items.json',
    'diary.html',
    '@os/soul.md',
    '@os/app.js',
    '@os/../soul.md',
    '%2e%2e/diary/index.html',
    '..%2fdiary%2findex.html',
    '%252e%252e/diary/index.html',
    'data%2fitems.json',
    '',
  ])('gets nothing else: %s', async (path) => {
    const { anonymous, base } = await openTodo();
    const answer = await anonymous(base + path);
    expect([400, 403, 404, 401]).toContain(answer.status);
    expect(await answer.text()).not.toMatch(/private|diary<\/h1>/);
  });

  it('has a permission of its own per app and login, which dies with the login', async () => {
    const { anonymous, open, base, browser, signIn } = await openTodo();
    const diary = await open('diary');
    expect(diary).not.toBe(base);
    expect(await open('todo')).toBe(base);
    const other = await open('todo', await signIn());
    expect(other).not.toBe(base);
    await anonymous('/auth/logout', { method: 'POST', headers: browser });
    expect((await anonymous(`${base}index.html`)).status).toBe(404);
    expect((await anonymous(`${diary}index.html`)).status).toBe(404);
    expect((await anonymous(`${other}index.html`)).status).toBe(200);
  });

  it('can read only: the same address takes no writes', async () => {
    const { anonymous, base } = await openTodo();
    for (const method of ['PUT', 'POST', 'DELETE'])
      expect((await anonymous(`${base}index.html`, { method })).status).toBe(401);
  });
});
