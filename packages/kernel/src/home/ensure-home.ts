import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppError, isErrnoException, makeDirectorySync } from '@matrix-os/kit';
import { inHomeFolder, splitLast } from './hold-folder.ts';
import { explainHomeFailure } from './home-failure.ts';
import { listHomeFolder, readHomeFile, writeHomeFile } from './home-file.ts';
import { inTime } from './in-time.ts';
import { writeJsonFile } from './json-file.ts';
import { planHome } from './plan-home.ts';
import { hashOf, readTemplateFile, scanTemplate, type Template } from './template.ts';
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
  /** Folders of the OS's own in whose place a link or a file stands: nothing is read or written there. */
  readonly foreign: string[];
}

// Flushing files to the disk one after another is what takes the time on a first boot.
const WRITES_AT_ONCE = 8;
/** No file of the template is nearly as large, so that a larger one is somebody's own. */
const MAX_HASHED_BYTES = 4_000_000;

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
    const foreign = await foreignFolders(home, template.folders);
    const record = await readTemplateRecord(home);
    if (record?.version === options.version && record.fingerprint === template.fingerprint)
      return { home, created: false, updated: [], beside: [], foreign };

    const hashes = hashTemplate(options.templatePath, template);
    const steps = await planHome({
      template: hashes,
      recorded: record?.files,
      current: (path) => currentHash(home, path),
    });
    if (record === undefined)
      for (const folder of ['system', ...template.folders])
        await unlessForeign(() => makeFolder(home, folder));
    const executables = new Set(template.files.filter((file) => file.executable).map((file) => file.path));
    const written = new Set<string>();
    await inParallel(steps, async (step) => {
      const content = readTemplateFile(options.templatePath, step.path);
      const mode = executables.has(step.path) ? 0o755 : 0o644;
      if (await unlessForeign(() => put(home, step.to, content, mode))) written.add(step.to);
    });
    const next = {
      version: options.version,
      fingerprint: template.fingerprint,
      files: Object.fromEntries(hashes),
    };
    await unlessForeign(() => writeJsonFile(home, TEMPLATE_RECORD_PATH, next));
    const done = (kind: 'write' | 'beside'): string[] =>
      steps.filter((step) => step.kind === kind && written.has(step.to)).map((step) => step.to);
    return {
      home,
      created: record === undefined,
      updated: record === undefined ? [] : done('write'),
      beside: done('beside'),
      foreign,
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
  new Map(template.files.map(({ path }) => [path, hashOf(readTemplateFile(templatePath, path))]));

/** Whatever is there and can't be read is the owner's, and no hash equals it. */
const currentHash = async (home: string, path: string): Promise<string | undefined> => {
  try {
    const content = await readHomeFile(home, path, { maxBytes: MAX_HASHED_BYTES });
    return content && hashOf(content);
  } catch (error) {
    if (isAppError(error)) return 'not a file';
    throw error;
  }
};

/** The topmost folders in whose place something else stands, a disk that doesn't answer included. */
const foreignFolders = async (home: string, folders: readonly string[]): Promise<string[]> => {
  const foreign: string[] = [];
  for (const folder of ['system', ...folders.filter((one) => one !== 'system')]) {
    if (foreign.some((one) => folder.startsWith(`${one}/`))) continue;
    const looking = inHomeFolder(home, folder, async () => true);
    const look = inTime(looking, folder).catch((error: unknown) => {
      if (isErrnoException(error, 'ENOENT')) return true;
      if (isAppError(error)) return false;
      throw error;
    });
    if (!(await look)) foreign.push(folder);
  }
  return foreign;
};

/** False where the owner's own link or file in the place of a folder keeps it away; that is theirs to decide. */
const unlessForeign = async (work: () => Promise<void>): Promise<boolean> => {
  try {
    await work();
    return true;
  } catch (error) {
    if (isAppError(error, 'forbidden')) return false;
    throw error;
  }
};

const makeFolder = (home: string, folder: string): Promise<void> =>
  inHomeFolder(home, folder, async () => undefined, { make: true });

const put = async (home: string, path: string, content: Uint8Array, mode: number): Promise<void> => {
  const { folder, name } = splitLast(path);
  await makeFolder(home, folder);
  await removeLeftovers(home, folder, name);
  await writeHomeFile(home, path, content, { mode });
};

/** Half-written copies of a run that was killed. */
const removeLeftovers = async (home: string, folder: string, name: string): Promise<void> => {
  for (const entry of await listHomeFolder(home, folder))
    if (entry.name.startsWith(`${name}.`) && /^\.[0-9a-f]{12}\.tmp$/.test(entry.name.slice(name.length)))
      await inHomeFolder(home, folder, (at) => rm(join(at, entry.name), { force: true }));
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
