import { accessSync, constants, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError, atomicWriteFile, isAppError, makeDirectorySync } from '@matrix-os/kit';
import { createConfinement } from './confine.ts';
import { explainHomeFailure } from './home-failure.ts';
import { writeJsonFile } from './json-file.ts';
import { planHome } from './plan-home.ts';
import { hashFile, scanTemplate, type Template } from './template.ts';
import { readTemplateRecord, TEMPLATE_RECORD_PATH } from './template-record.ts';

interface EnsuredHome {
  /** Absolute and real: no symbolic link in it. */
  readonly home: string;
  /** True when no finished home was there before. */
  readonly created: boolean;
  /** Template files that an upgrade wrote, because they were new or the owner never touched them. */
  readonly updated: string[];
  /** New versions put beside files that the owner edited, such as `system/soul.new.md`. */
  readonly beside: string[];
}

// Flushing files to the disk one after another is what takes the time on a first boot.
const WRITES_AT_ONCE = 8;

/**
 * Makes the home on first boot and brings it up to date after an upgrade. Every file is written whole and the record
 * last, so a run that was killed is completed by the next. A start with nothing to do costs a few stats.
 *
 * @throws AppError saying what to do when the home can't be written
 */
export const ensureHome = async (options: {
  readonly homePath: string;
  readonly templatePath: string;
  readonly version: string;
}): Promise<EnsuredHome> => {
  try {
    const home = openHome(options.homePath);
    const template = scanTemplate(options.templatePath);
    const record = readTemplateRecord(home);
    if (record?.version === options.version && record.fingerprint === template.fingerprint)
      return { home, created: false, updated: [], beside: [] };

    const hashes = hashTemplate(options.templatePath, template);
    const steps = planHome({
      template: hashes,
      recorded: record?.files,
      current: (path) => currentHash(join(home, path)),
    });
    if (record === undefined) await makeFolders(home, template.folders);
    const executables = new Set(template.files.filter((file) => file.executable).map((file) => file.path));
    const written = new Set<string>();
    await inParallel(steps, async (step) => {
      const content = await readFile(join(options.templatePath, step.path));
      if (await writeInside(home, step.to, content, executables.has(step.path))) written.add(step.to);
    });
    await writeJsonFile(join(home, TEMPLATE_RECORD_PATH), {
      version: options.version,
      fingerprint: template.fingerprint,
      files: Object.fromEntries(hashes),
    });
    const done = (kind: 'write' | 'beside'): string[] =>
      steps.filter((step) => step.kind === kind && written.has(step.to)).map((step) => step.to);
    return {
      home,
      created: record === undefined,
      updated: record === undefined ? [] : done('write'),
      beside: done('beside'),
    };
  } catch (error) {
    throw explainHomeFailure(error, options.homePath);
  }
};

const openHome = (homePath: string): string => {
  makeDirectorySync(homePath);
  const home = realpathSync.native(homePath);
  if (!statSync(home).isDirectory())
    throw new AppError(
      'conflict',
      `${homePath} is a file. Move it away, or set MATRIX_HOME to another folder.`,
    );
  accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
  return home;
};

const hashTemplate = (templatePath: string, template: Template): Map<string, string> =>
  new Map(template.files.map((file) => [file.path, hashFile(join(templatePath, file.path))]));

const currentHash = (path: string): string | undefined => {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return stats.isFile() ? hashFile(path) : 'not a file';
};

const makeFolders = async (home: string, folders: readonly string[]): Promise<void> => {
  const confinement = createConfinement(home);
  for (const folder of ['system', ...folders]) {
    const path = await confinement.resolve(folder).catch(skipForeign);
    if (path !== undefined) await mkdir(path, { recursive: true });
  }
};

/** False when the owner's own link or file in the way keeps it out of the home; that is theirs to decide. */
const writeInside = async (
  home: string,
  path: string,
  content: Uint8Array,
  executable: boolean,
): Promise<boolean> => {
  const target = await createConfinement(home).resolve(path).catch(skipForeign);
  if (target === undefined) return false;
  await mkdir(dirname(target), { recursive: true });
  await removeLeftovers(target);
  await atomicWriteFile(target, content, { mode: executable ? 0o755 : 0o644 });
  return true;
};

const skipForeign = (error: unknown): undefined => {
  if (isAppError(error, 'forbidden') || isAppError(error, 'not_found')) return undefined;
  throw error;
};

/** Half-written copies of a run that was killed. */
const removeLeftovers = async (target: string): Promise<void> => {
  const name = basename(target);
  for (const entry of readdirSync(dirname(target)))
    if (entry.startsWith(`${name}.`) && /^\.[0-9a-f]{12}\.tmp$/.test(entry.slice(name.length)))
      await rm(join(dirname(target), entry), { force: true });
};

const inParallel = async <Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: WRITES_AT_ONCE }, worker));
};
