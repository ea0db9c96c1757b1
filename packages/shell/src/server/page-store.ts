import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { AppError, isErrnoException } from '@matrix-os/kit';
import { inlineScriptHashes } from './content-security-policy.ts';

/** A file of the export, as a path of the site. */
export interface Page {
  readonly file: string;
  readonly type: string;
  readonly etag: string;
  /** Its name carries a hash of the content: a browser may keep it for ever. */
  readonly immutable: boolean;
  /** Encodings that lie ready beside it. */
  readonly encodings: readonly ('br' | 'gzip')[];
  /** For documents: what their policy must allow. */
  readonly scriptHashes: readonly string[] | null;
}

/** What lies on disk, known by heart: a path that is not in the map can't reach the file system. */
export type PageStore = ReadonlyMap<string, Page>;

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
};

const IMMUTABLE = '/_next/static/';

/** @throws AppError `unavailable` when the desktop was not built */
export const loadPages = async (outPath: string): Promise<PageStore> => {
  const files = new Set(await listFiles(outPath));
  const pages = new Map<string, Page>();
  for (const name of files) {
    if (/\.(br|gz)$/.test(name)) continue;
    const path = `/${name}`;
    const page = await describePage(outPath, name, files, path.startsWith(IMMUTABLE));
    pages.set(path, page);
    if (name === 'index.html') pages.set('/', page);
    else if (name.endsWith('.html')) pages.set(path.slice(0, -'.html'.length), page);
  }
  return pages;
};

const listFiles = async (outPath: string): Promise<string[]> => {
  try {
    const entries = await readdir(outPath, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(outPath.length + 1)
          .split(sep)
          .join('/'),
      );
  } catch (error) {
    if (!isErrnoException(error, 'ENOENT')) throw error;
    throw new AppError('unavailable', `The desktop is not built: ${outPath} is missing. Run: npm run build`);
  }
};

const describePage = async (
  outPath: string,
  name: string,
  files: ReadonlySet<string>,
  immutable: boolean,
): Promise<Page> => {
  const file = join(outPath, name);
  const content = immutable ? name : await readFile(file);
  const html = name.endsWith('.html');
  return {
    file,
    type: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
    immutable,
    encodings: (['br', 'gzip'] as const).filter((encoding) => files.has(name + SUFFIX[encoding])),
    scriptHashes: html ? inlineScriptHashes(content.toString()) : null,
  };
};

/** How a ready encoding's file is named. */
export const SUFFIX = { br: '.br', gzip: '.gz' } as const;
