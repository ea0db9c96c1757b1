import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppManifest, JobsFile, Layout, SetupPlan, Theme } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';

const HOME = import.meta.dirname;
const GALLERY = join(HOME, 'gallery');
const read = (...path: string[]): string => readFileSync(join(HOME, ...path), 'utf8');
const parse = (...path: string[]): unknown => JSON.parse(read(...path));
const apps = readdirSync(GALLERY);

const MAX_FILE_BYTES = 60_000;
// The namespace of inline drawings is an address by its form only.
const ADDRESS = /https?:\/\/(?!www\.w3\.org\/2000\/svg)/;
const FORBIDDEN = [
  /\binnerHTML\b|\bouterHTML\b|\binsertAdjacentHTML\b|document\.write/,
  /\beval\s*\(|new Function\b/,
  /\blocalStorage\b|\bsessionStorage\b|\bindexedDB\b|document\.cookie/,
  /\bfetch\s*\(|XMLHttpRequest|\bWebSocket\b|\bimport\s*\(/,
  /(?<![.\w])(?:alert|confirm|prompt)\s*\(/,
];

describe.each(apps)('the gallery app %s', (name) => {
  const files = readdirSync(join(GALLERY, name));
  const page = read('gallery', name, 'index.html');

  it('has a manifest that the contract accepts and that people can find it by', () => {
    const manifest = AppManifest.parse(parse('gallery', name, 'matrix.json'));
    expect(manifest.name).toBe(name);
    expect(manifest.description).not.toBe('');
    expect(manifest.keywords.length).toBeGreaterThan(2);
    expect([...new Intl.Segmenter().segment(manifest.icon)]).toHaveLength(1);
  });

  it('loads the kit, and nothing but its own files', () => {
    const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(loaded).toContain('@os/app.css');
    expect(loaded).toContain('@os/app.js');
    for (const path of loaded) {
      const file = path.startsWith('@os/')
        ? join(HOME, 'system/app-kit', path.slice(4))
        : join(GALLERY, name, path);
      expect(existsSync(file), path).toBe(true);
    }
    const own = files.filter((file) => /\.(js|css)$/.test(file));
    expect(loaded).toEqual(expect.arrayContaining(own));
    expect(page).toContain('<meta name="viewport"');
    expect(page).toMatch(/<html lang="[a-z]+"/);
  });

  it.each(files)('%s keeps to what a frame may do', (file) => {
    expect(statSync(join(GALLERY, name, file)).size).toBeLessThan(MAX_FILE_BYTES);
    const text = read('gallery', name, file);
    expect(text).not.toMatch(ADDRESS);
    for (const pattern of FORBIDDEN) expect(text).not.toMatch(pattern);
  });
});

describe('the template of a home', () => {
  it('has the folders that the home is made of', () => {
    for (const folder of ['apps', 'agents', 'documents', 'projects', 'system/public', 'system/app-kit'])
      expect(statSync(join(HOME, folder)).isDirectory(), folder).toBe(true);
  });

  it('starts with settings that the contracts accept and that say nothing of their own', () => {
    expect(Theme.parse(parse('system/theme.json'))).toEqual(Theme.parse({}));
    expect(Layout.parse(parse('system/layout.json')).windows).toEqual([]);
    expect(JobsFile.parse(parse('system/cron.json')).jobs).toEqual([]);
    expect(SetupPlan.parse(parse('system/setup-plan.json')).state).toBe('pending');
  });

  it('tells the kernel and strangers different things', () => {
    for (const file of ['soul.md', 'user.md', 'memory.md', 'public/profile.md'])
      expect(read('system', file)).toMatch(/^# /);
  });

  it('has a kit that stays small and offline', () => {
    for (const [file, limit] of [
      ['app.js', 14_000],
      ['app.css', 20_000],
    ] as const) {
      const text = read('system/app-kit', file);
      expect(text.length, file).toBeLessThan(limit);
      expect(text).not.toMatch(ADDRESS);
    }
  });
});

describe.each(readdirSync(join(HOME, 'agents')).filter((file) => file.endsWith('.md')))(
  'the agent %s',
  (file) => {
    const [, head = '', prompt = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(read('agents', file)) ?? [];
    const fields = new Map(
      head
        .trim()
        .split('\n')
        .map((line): [string, string] => {
          const at = line.indexOf(': ');
          return [line.slice(0, at), line.slice(at + 2)];
        }),
    );

    it('says its name, when to call it and what it may use', () => {
      expect([...fields.keys()]).toEqual(['name', 'description', 'tools']);
      expect(`${fields.get('name')}.md`).toBe(file);
      expect(fields.get('description')?.length).toBeGreaterThan(20);
      for (const tool of (fields.get('tools') ?? '').split(', '))
        expect(tool).toMatch(
          /^(Read|Write|Edit|Glob|Grep|Bash|WebFetch|WebSearch|mcp__os__[a-z]+(_[a-z]+)*)$/,
        );
      expect(prompt.trim().length).toBeGreaterThan(200);
    });
  },
);
