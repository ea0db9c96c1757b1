import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { AppError } from '@matrix-os/kit';

interface TemplateFile {
  /** Relative to the home, `/` between parts. */
  readonly path: string;
  readonly executable: boolean;
}

export interface Template {
  readonly files: readonly TemplateFile[];
  readonly folders: readonly string[];
  /** Changes whenever a file's name, size, time or mode does: cheap enough to take at every start. */
  readonly fingerprint: string;
}

// The gallery is read from the release, app by app; the template's own tests are not the owner's.
const isPart = (path: string): boolean =>
  path !== 'gallery' && !path.startsWith('gallery/') && !/\.test\.[jt]s$/.test(path);

/** Looks at the template without reading a file. @throws AppError `unavailable` when it is missing */
export const scanTemplate = (templatePath: string): Template => {
  const files: TemplateFile[] = [];
  const folders: string[] = [];
  const digest = createHash('sha256');
  const visit = (folder: string): void => {
    const entries = readdirSync(join(templatePath, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!isPart(path)) continue;
      if (entry.isDirectory()) {
        folders.push(path);
        digest.update(`${path}/\n`);
        visit(path);
      } else if (entry.isFile()) {
        const { size, mtimeMs, mode } = statSync(join(templatePath, path));
        files.push({ path, executable: (mode & 0o111) !== 0 });
        digest.update(`${path}\0${size}\0${mtimeMs}\0${mode}\n`);
      }
    }
  };
  try {
    visit('');
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `The template of a new home is missing at ${templatePath.split(sep).join('/')}. Install Matrix OS again.`,
      { cause },
    );
  }
  return { files, folders, fingerprint: digest.digest('hex') };
};

/** A file of the release, which nobody but its operator writes. */
export const readTemplateFile = (templatePath: string, path: string): Buffer =>
  readFileSync(join(templatePath, path));

export const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
