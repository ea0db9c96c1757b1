import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureHome } from './ensure-home.ts';
import { makePipe, tempFolder, writeFiles } from './temp-folder.fixture.ts';

const TEMPLATE = {
  '.gitignore': '.trash/\n',
  'apps/.gitkeep': '',
  'documents/welcome.md': '# Welcome\n',
  'agents/builder.md': 'You build.\n',
  'system/soul.md': 'Be kind.\n',
  'system/tool': '#!/bin/sh\n',
  'gallery/todo/matrix.json': '{}',
  'template.test.ts': 'not for owners',
};

const setUp = (): { homePath: string; templatePath: string; read: (path: string) => string } => {
  const templatePath = tempFolder(TEMPLATE);
  chmodSync(join(templatePath, 'system/tool'), 0o755);
  const homePath = join(tempFolder(), 'matrixos');
  return { homePath, templatePath, read: (path) => readFileSync(join(homePath, path), 'utf8') };
};

const largeFile = (path: string): void => {
  writeFileSync(path, '');
  truncateSync(path, 1_000_000_000);
};

describe('ensureHome', () => {
  it('makes a home with dotfiles and executable bits, and without the gallery', async () => {
    const { homePath, templatePath, read } = setUp();
    const made = await ensureHome({ homePath, templatePath, version: '1' });
    expect(made).toEqual({ home: homePath, created: true, updated: [], beside: [], foreign: [] });
    expect(read('.gitignore')).toBe('.trash/\n');
    expect(existsSync(join(homePath, 'apps/.gitkeep'))).toBe(true);
    expect(statSync(join(homePath, 'system/tool')).mode & 0o111).not.toBe(0);
    expect(statSync(join(homePath, 'system/soul.md')).mode & 0o111).toBe(0);
    expect(readdirSync(homePath).sort()).toEqual(['.gitignore', 'agents', 'apps', 'documents', 'system']);
  });

  it('touches nothing when nothing changed', async () => {
    const { homePath, templatePath } = setUp();
    await ensureHome({ homePath, templatePath, version: '1' });
    rmSync(join(homePath, 'documents'), { recursive: true });
    writeFileSync(join(homePath, 'system/soul.md'), 'Mine.');
    const again = await ensureHome({ homePath, templatePath, version: '1' });
    expect(again).toEqual({ home: homePath, created: false, updated: [], beside: [], foreign: [] });
    expect(existsSync(join(homePath, 'documents'))).toBe(false);
  });

  it("keeps an owner's files that were there first", async () => {
    const { homePath, templatePath, read } = setUp();
    writeFiles(homePath, { 'system/soul.md': 'Mine.', 'documents/taxes.md': '2025' });
    await ensureHome({ homePath, templatePath, version: '1' });
    expect([read('system/soul.md'), read('documents/taxes.md')]).toEqual(['Mine.', '2025']);
    expect(readdirSync(join(homePath, 'system')).sort()).toEqual(['.template.json', 'soul.md', 'tool']);
  });

  it('upgrades untouched files, puts new versions beside edited ones once, and lets deleted ones be', async () => {
    const { homePath, templatePath, read } = setUp();
    await ensureHome({ homePath, templatePath, version: '1' });
    writeFileSync(join(homePath, 'system/soul.md'), 'Mine.');
    rmSync(join(homePath, 'agents/builder.md'));
    writeFiles(templatePath, {
      'system/soul.md': 'Be kinder.\n',
      'agents/builder.md': 'You build well.\n',
      'documents/welcome.md': '# Hello\n',
      'system/new/thing.md': 'New.\n',
    });
    const upgraded = await ensureHome({ homePath, templatePath, version: '2' });
    expect({ ...upgraded, updated: upgraded.updated.sort() }).toEqual({
      home: homePath,
      created: false,
      updated: ['documents/welcome.md', 'system/new/thing.md'],
      beside: ['system/soul.new.md'],
      foreign: [],
    });
    expect([read('system/soul.md'), read('system/soul.new.md')]).toEqual(['Mine.', 'Be kinder.\n']);
    expect(existsSync(join(homePath, 'agents/builder.md'))).toBe(false);

    rmSync(join(homePath, 'system/soul.new.md'));
    const later = await ensureHome({ homePath, templatePath, version: '3' });
    expect([later.updated, later.beside]).toEqual([[], []]);
    expect(existsSync(join(homePath, 'system/soul.new.md'))).toBe(false);
  });

  it('puts where a new home begins into new homes only', async () => {
    const { homePath, templatePath, read } = setUp();
    const plan = 'system/setup-plan.json';
    writeFiles(templatePath, { [plan]: '{"steps":[]}' });
    await ensureHome({ homePath, templatePath, version: '1' });
    writeFiles(templatePath, { [plan]: '{"state":"pending"}' });
    const upgraded = await ensureHome({ homePath, templatePath, version: '2' });
    expect([upgraded.updated, upgraded.beside, read(plan)]).toEqual([[], [], '{"steps":[]}']);

    const other = setUp();
    await ensureHome({ ...other, version: '1' });
    writeFiles(other.templatePath, { [plan]: '{"state":"pending"}' });
    await ensureHome({ ...other, version: '2' });
    expect(existsSync(join(other.homePath, plan))).toBe(false);
  });

  it("doesn't write over what the owner made of the file beside", async () => {
    const { homePath, templatePath, read } = setUp();
    await ensureHome({ homePath, templatePath, version: '1' });
    writeFiles(homePath, { 'system/soul.md': 'Mine.', 'system/soul.new.md': 'My draft.' });
    writeFiles(templatePath, { 'system/soul.md': 'Be kinder.\n' });
    const { beside } = await ensureHome({ homePath, templatePath, version: '2' });
    expect(beside).toEqual(['system/soul.new-2.md']);
    expect(read('system/soul.new.md')).toBe('My draft.');
    // The next version replaces our own file beside, which nobody touched.
    writeFiles(templatePath, { 'system/soul.md': 'Be kindest.\n' });
    expect((await ensureHome({ homePath, templatePath, version: '3' })).beside).toEqual([
      'system/soul.new-2.md',
    ]);
    expect(read('system/soul.new-2.md')).toBe('Be kindest.\n');
  });

  it('completes a home whose making was killed, and clears the half-written copies', async () => {
    const { homePath, templatePath, read } = setUp();
    writeFiles(homePath, { 'agents/builder.md': 'You build.\n', 'system/soul.md.0123456789ab.tmp': 'Be k' });
    const made = await ensureHome({ homePath, templatePath, version: '1' });
    expect(made.created).toBe(true);
    expect(read('system/soul.md')).toBe('Be kind.\n');
    expect(readdirSync(join(homePath, 'system')).sort()).toEqual(['.template.json', 'soul.md', 'tool']);
  });

  it('treats a damaged record as a first boot, and loses nothing', async () => {
    const { homePath, templatePath, read } = setUp();
    await ensureHome({ homePath, templatePath, version: '1' });
    writeFiles(homePath, { 'system/.template.json': '{"version":', 'system/soul.md': 'Mine.' });
    expect((await ensureHome({ homePath, templatePath, version: '1' })).created).toBe(true);
    expect(read('system/soul.md')).toBe('Mine.');
  });

  it('goes through no link in place of a folder, at the first start and later, and says which', async () => {
    const { homePath, templatePath } = setUp();
    const elsewhere = tempFolder({ 'soul.md': 'Be kind.\n' });
    mkdirSync(homePath);
    symlinkSync(elsewhere, join(homePath, 'documents'));
    writeFiles(homePath, { agents: 'a file' });
    const made = await ensureHome({ homePath, templatePath, version: '1' });
    expect(made.foreign.sort()).toEqual(['agents', 'documents']);
    rmSync(join(homePath, 'system'), { recursive: true });
    symlinkSync(elsewhere, join(homePath, 'system'));
    writeFiles(templatePath, { 'system/soul.md': 'Be kinder.\n', 'documents/welcome.md': '# Hello\n' });
    for (const version of ['2', '3']) {
      const upgraded = await ensureHome({ homePath, templatePath, version });
      expect(upgraded.foreign.sort()).toEqual(['agents', 'documents', 'system']);
    }
    expect(readdirSync(elsewhere)).toEqual(['soul.md']);
    expect(readFileSync(join(elsewhere, 'soul.md'), 'utf8')).toBe('Be kind.\n');
  });

  it.each([
    ['a pipe', makePipe],
    ['a link', (path: string) => symlinkSync('/proc/self/environ', path)],
    ['a folder', (path: string) => void mkdirSync(path)],
    ['a large file', largeFile],
  ])('is not stopped by %s in place of any of its files', async (_, put) => {
    const { homePath, templatePath, read } = setUp();
    await ensureHome({ homePath, templatePath, version: '1' });
    for (const path of ['system/.template.json', 'system/soul.md', 'system/soul.new.md']) {
      rmSync(join(homePath, path), { force: true });
      put(join(homePath, path));
    }
    writeFiles(templatePath, { 'system/soul.md': 'Be kinder.\n' });
    await ensureHome({ homePath, templatePath, version: '2' });
    expect(JSON.parse(read('system/.template.json'))).toMatchObject({ version: '2' });
    writeFiles(templatePath, { 'system/soul.md': 'Be kindest.\n' });
    const { beside } = await ensureHome({ homePath, templatePath, version: '3' });
    expect(beside).toEqual(['system/soul.new-2.md']);
  });

  it('gives up on a file whose new names are all taken', async () => {
    const { homePath, templatePath } = setUp();
    await ensureHome({ homePath, templatePath, version: '1' });
    const taken = Array.from({ length: 50 }, (_, n) => `system/soul.new${n === 0 ? '' : `-${n + 1}`}.md`);
    writeFiles(homePath, Object.fromEntries(['system/soul.md', ...taken].map((path) => [path, 'Mine.'])));
    writeFiles(templatePath, { 'system/soul.md': 'Be kinder.\n' });
    expect((await ensureHome({ homePath, templatePath, version: '2' })).beside).toEqual([]);
  });

  it('answers the real path of a linked home', async () => {
    const { homePath, templatePath } = setUp();
    mkdirSync(homePath);
    const link = join(tempFolder(), 'link');
    symlinkSync(homePath, link);
    expect((await ensureHome({ homePath: link, templatePath, version: '1' })).home).toBe(homePath);
  });

  it('says what to do when it can not', async () => {
    const { homePath, templatePath } = setUp();
    writeFileSync(homePath, 'a file');
    await expect(ensureHome({ homePath, templatePath, version: '1' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('MATRIX_HOME'),
    });
    const missing = { homePath: tempFolder(), templatePath: '/nowhere/at/all', version: '1' };
    await expect(ensureHome(missing)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
