import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileListing } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { createTestApp } from '../testing/test-app.ts';

describe('reading', () => {
  it('answers bytes with a tag, parts of them, and nothing when they are known', async () => {
    const { home, request } = await createTestApp();
    await writeFile(join(home, 'letters.txt'), 'abcdefghij');
    const whole = await request('/files/letters.txt');
    expect(await whole.text()).toBe('abcdefghij');
    expect(whole.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(whole.headers.get('content-length')).toBe('10');
    const etag = whole.headers.get('etag') ?? '';
    const part = async (headers: Record<string, string>) => {
      const answer = await request('/files/letters.txt', { headers });
      return [answer.status, answer.headers.get('content-range'), await answer.text()];
    };
    expect(await part({ range: 'bytes=2-4' })).toEqual([206, 'bytes 2-4/10', 'cde']);
    expect(await part({ range: 'bytes=7-' })).toEqual([206, 'bytes 7-9/10', 'hij']);
    expect(await part({ range: 'bytes=-3' })).toEqual([206, 'bytes 7-9/10', 'hij']);
    expect(await part({ range: 'bytes=10-' })).toEqual([416, 'bytes */10', '']);
    expect(await part({ range: 'bytes=0-1,3-4' })).toEqual([200, null, 'abcdefghij']);
    expect(await part({ range: 'bytes=2-4', 'if-range': '"old"' })).toEqual([200, null, 'abcdefghij']);
    expect(await part({ 'if-none-match': `"x", ${etag}` })).toEqual([304, null, '']);
    const head = await request('/files/letters.txt', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
  });

  it('never runs a page in the owner’s name', async () => {
    const { home, request } = await createTestApp();
    for (const name of ['page.html', 'drawing.svg', 'data.xml', 'unknown']) {
      await writeFile(join(home, name), '<script>alert(1)</script>');
      const { headers } = await request(`/files/${name}`);
      expect(headers.get('content-disposition')).toBe('attachment');
      expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('lists a folder, without the system’s own and without what leads out', async () => {
    const { home, request } = await createTestApp();
    await mkdir(join(home, '.git'));
    await mkdir(join(home, 'projects'));
    await writeFile(join(home, 'ärger & co.txt'), 'xyz');
    await symlink('/etc/passwd', join(home, 'out'));
    await symlink('projects', join(home, 'work'));
    await symlink('.git', join(home, 'history'));
    const listing = FileListing.parse(await (await request('/files/')).json());
    expect(listing.path).toBe('');
    expect(listing.entries.map(({ name, kind, bytes }) => [name, kind, bytes])).toEqual([
      ['projects', 'folder', 0],
      ['work', 'folder', 0],
      ['ärger & co.txt', 'file', 3],
    ]);
    const name = encodeURIComponent('ärger & co.txt');
    expect(await (await request(`/files/${name}`)).text()).toBe('xyz');
    expect((await request(`/files/${name}/`)).status).toBe(404);
    expect((await request('/files/projects')).status).toBe(404);
  });
});

describe('writing', () => {
  const put = (body: string, headers: Record<string, string> = {}) => ({ method: 'PUT', body, headers });

  it('makes, replaces and tags, keeping the mode and leaving nothing behind', async () => {
    const { home, request, kernel } = await createTestApp();
    const told: string[] = [];
    Object.assign(kernel.home, { ownerWrote: (paths: string[]) => told.push(...paths) });
    const made = await request('/files/run.sh', put('one'));
    expect(made.status).toBe(201);
    await request('/files/run.sh', { method: 'GET' });
    const { chmod } = await import('node:fs/promises');
    await chmod(join(home, 'run.sh'), 0o755);
    const replaced = await request('/files/run.sh', put('two'));
    expect(replaced.status).toBe(204);
    expect((await stat(join(home, 'run.sh'))).mode & 0o777).toBe(0o755);
    expect(await readFile(join(home, 'run.sh'), 'utf8')).toBe('two');
    expect(replaced.headers.get('etag')).toBe((await request('/files/run.sh')).headers.get('etag'));
    expect(await readdir(home)).toEqual(['run.sh']);
    expect(told).toEqual(['run.sh', 'run.sh']);
  });

  it('honours conditions', async () => {
    const { home, request } = await createTestApp();
    const etag = (await request('/files/a.txt', put('one'))).headers.get('etag') ?? '';
    expect((await request('/files/a.txt', put('x', { 'if-none-match': '*' }))).status).toBe(409);
    expect((await request('/files/a.txt', put('x', { 'if-match': '"other"' }))).status).toBe(409);
    expect((await request('/files/b.txt', put('x', { 'if-match': '*' }))).status).toBe(409);
    expect((await request('/files/a.txt', put('two', { 'if-match': etag }))).status).toBe(204);
    expect((await request('/files/a.txt', put('three', { 'if-match': etag }))).status).toBe(409);
    expect(await readFile(join(home, 'a.txt'), 'utf8')).toBe('two');
    expect(await readdir(home)).toEqual(['a.txt']);
  });

  it('keeps the old content when a body breaks off or is too large', async () => {
    const { home, app, request } = await createTestApp();
    await writeFile(join(home, 'a.txt'), 'old');
    const send = (body: ReadableStream, headers: Record<string, string> = {}) =>
      app.request('http://localhost/files/a.txt', {
        method: 'PUT',
        body,
        duplex: 'half',
        headers: { host: 'localhost', authorization: 'Bearer test-token-of-this-gateway', ...headers },
      } as RequestInit);
    let pieces = 0;
    const broken = new ReadableStream({
      pull: (controller) =>
        pieces++ < 3 ? controller.enqueue(new Uint8Array(1000)) : controller.error(new Error('gone')),
    });
    expect((await send(broken)).status).toBe(409);
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(4_000_000)),
    });
    expect((await send(endless)).status).toBe(413);
    expect((await request('/files/a.txt', put('x', { 'content-length': '100000001' }))).status).toBe(413);
    expect(await readFile(join(home, 'a.txt'), 'utf8')).toBe('old');
    expect(await readdir(home)).toEqual(['a.txt']);
  });

  it('makes folders, and says when something is in the way', async () => {
    const { request } = await createTestApp();
    expect((await request('/files/new/', { method: 'PUT' })).status).toBe(201);
    expect((await request('/files/new/', { method: 'PUT' })).status).toBe(409);
    expect((await request('/files/new', put('x'))).status).toBe(409);
    expect((await request('/files/no/such/file', put('x'))).status).toBe(404);
    expect((await request('/files/new/file', put('x'))).status).toBe(201);
    expect((await request('/files/new/file/under', put('x'))).status).toBe(404);
  });

  it('refuses the system’s own and whatever leads out', async () => {
    const { home, request, postJson } = await createTestApp();
    await mkdir(join(home, '.git'));
    await symlink('/tmp', join(home, 'out'));
    await symlink('.git', join(home, 'history'));
    for (const path of [
      '.git/config',
      '.GIT/config',
      '.trash/x',
      'history/config',
      'out/x',
      'out',
      'system/.template.json',
    ])
      for (const method of ['GET', 'PUT', 'DELETE']) {
        if (path === 'out' && method === 'DELETE') continue;
        const init = method === 'PUT' ? put('x') : { method };
        expect([path, method, (await request(`/files/${path}`, init)).status]).toEqual([path, method, 403]);
      }
    await writeFile(join(home, 'a'), 'x');
    for (const to of ['.git/a', 'out/a', 'history/a'])
      expect((await postJson('/api/files/move', { from: 'a', to })).status).toBe(403);
    expect((await postJson('/api/files/move', { from: '.git', to: 'b' })).status).toBe(403);
    expect((await postJson('/api/files/move', { from: '../x', to: 'b' })).status).toBe(400);
  });

  it('moves without ever replacing', async () => {
    const { home, postJson } = await createTestApp();
    await writeFile(join(home, 'a'), 'a');
    await writeFile(join(home, 'b'), 'b');
    await mkdir(join(home, 'folder'));
    const move = async (from: string, to: string) => (await postJson('/api/files/move', { from, to })).status;
    expect(await move('a', 'b')).toBe(409);
    expect(await move('a', 'folder')).toBe(409);
    expect(await move('none', 'c')).toBe(404);
    expect(await move('a', 'none/c')).toBe(404);
    expect(await move('folder', 'folder/inside')).toBe(400);
    expect(await move('a', 'folder/c')).toBe(200);
    expect(await move('folder', 'drawer')).toBe(200);
    expect(await readFile(join(home, 'drawer', 'c'), 'utf8')).toBe('a');
    expect((await readdir(home)).sort()).toEqual(['b', 'drawer']);
  });
});
