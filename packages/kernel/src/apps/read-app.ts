import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppManifest, type AppSummary } from '@matrix-os/contracts';
import { isAppError, isErrnoException } from '@matrix-os/kit';
import { z } from 'zod';
import { inHomeFolder, splitLast } from '../home/hold-folder.ts';
import { readHomeFile } from '../home/home-file.ts';

const MAX_MANIFEST_BYTES = 64_000;

export interface ReadApp {
  readonly summary: AppSummary;
  readonly keywords: readonly string[];
}

/**
 * An app's manifest, or what is wrong with it: `root` is the home or the release, `folder` the app's in it. The folder's
 * name is the app's name whatever the manifest says. A damaged one is left where it is, for somebody may be writing it right
 * now. Undefined when there is no such folder.
 */
export const readApp = async (root: string, folder: string): Promise<ReadApp | undefined> => {
  const { name } = splitLast(folder);
  let page: boolean;
  try {
    page = await inHomeFolder(root, folder, hasPage);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    if (isAppError(error, 'forbidden')) return elsewhere(root, folder);
    throw error;
  }
  const manifest = await readManifest(root, folder, name);
  if (typeof manifest === 'string') return broken(name, manifest);
  const { title, description, version, icon, window, keywords } = manifest;
  const problem = page ? null : `apps/${name} has no index.html yet.`;
  return { summary: { name, title, description, version, icon, window, problem }, keywords };
};

const hasPage = async (at: string): Promise<boolean> => {
  const page = await lstat(join(at, 'index.html')).catch(() => undefined);
  return page?.isFile() ?? false;
};

/** A link could lead to another app, or to anything else; a file is no app. */
const elsewhere = async (root: string, folder: string): Promise<ReadApp | undefined> => {
  const { folder: apps, name } = splitLast(folder);
  const stats = await inHomeFolder(root, apps, (at) => lstat(join(at, name))).catch(() => undefined);
  if (stats?.isSymbolicLink() !== true) return undefined;
  return broken(name, `apps/${name} is a link. Put a real folder in its place.`);
};

const readManifest = async (root: string, folder: string, name: string): Promise<AppManifest | string> => {
  const at = `apps/${name}/matrix.json`;
  let content: Buffer | undefined;
  try {
    content = await readHomeFile(root, `${folder}/matrix.json`, { maxBytes: MAX_MANIFEST_BYTES });
  } catch (error) {
    if (isAppError(error, 'conflict')) return `${at} is not a file.`;
    if (isAppError(error)) return error.message;
    throw error;
  }
  if (content === undefined) return `${at} is missing.`;
  let json: unknown;
  try {
    json = JSON.parse(content.toString('utf8'));
  } catch {
    return `${at} is damaged: it is not valid JSON.`;
  }
  const given = typeof json === 'object' && json !== null ? { ...json, name } : json;
  const parsed = AppManifest.safeParse(given);
  return parsed.success ? parsed.data : `${at} is damaged: ${z.prettifyError(parsed.error).slice(0, 500)}`;
};

const broken = (name: string, problem: string): ReadApp => ({
  summary: {
    name,
    title: name,
    description: '',
    version: '0.0.0',
    icon: '📦',
    window: { width: 720, height: 540 },
    problem,
  },
  keywords: [],
});
