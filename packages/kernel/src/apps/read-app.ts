import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppManifest, type AppSummary } from '@matrix-os/contracts';
import { isErrnoException } from '@matrix-os/kit';
import { z } from 'zod';

export interface ReadApp {
  readonly summary: AppSummary;
  readonly keywords: readonly string[];
}

/**
 * An app's manifest, or what is wrong with it. The folder's name is the app's name whatever the manifest says. A damaged
 * one is left where it is, for somebody may be writing it right now. Undefined when there is no such folder.
 */
export const readApp = async (folder: string, name: string): Promise<ReadApp | undefined> => {
  const stats = await lstat(folder).catch(() => undefined);
  // A linked folder could be another app's, or anything else.
  if (stats?.isSymbolicLink()) return broken(name, `apps/${name} is a link. Put a real folder in its place.`);
  if (!stats?.isDirectory()) return undefined;

  const manifest = await readManifest(folder, name);
  if (typeof manifest === 'string') return broken(name, manifest);
  const { title, description, version, icon, window, keywords } = manifest;
  const page = await lstat(join(folder, 'index.html')).catch(() => undefined);
  const problem = page?.isFile() ? null : `apps/${name} has no index.html yet.`;
  return { summary: { name, title, description, version, icon, window, problem }, keywords };
};

const readManifest = async (folder: string, name: string): Promise<AppManifest | string> => {
  const at = `apps/${name}/matrix.json`;
  let text: string;
  try {
    const path = join(folder, 'matrix.json');
    if (!(await lstat(path)).isFile()) return `${at} is not a file.`;
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return `${at} is missing.`;
    throw error;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return `${at} is damaged: it is not valid JSON.`;
  }
  const given = typeof json === 'object' && json !== null ? { ...json, name } : json;
  const parsed = AppManifest.safeParse(given);
  return parsed.success ? parsed.data : `${at} is damaged: ${z.prettifyError(parsed.error)}`;
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
