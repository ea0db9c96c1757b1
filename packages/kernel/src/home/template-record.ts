import { z } from 'zod';
import { readJsonFile } from './json-file.ts';

/** Where the home remembers what the template brought, so that an upgrade can tell an edited file from an untouched one. */
export const TEMPLATE_RECORD_PATH = 'system/.template.json';

const TemplateRecord = z.object({
  version: z.string(),
  fingerprint: z.string(),
  /** sha256 of the template's content per path, as of the last run; kept for files that the owner deleted. */
  files: z.record(z.string(), z.string()),
});
type TemplateRecord = z.infer<typeof TemplateRecord>;

/** Undefined when there is none or it can't be understood: then nothing that exists is touched. */
export const readTemplateRecord = (home: string): Promise<TemplateRecord | undefined> =>
  // Whatever stood there is moved aside, and the record is made anew.
  readJsonFile(home, TEMPLATE_RECORD_PATH, TemplateRecord, { onDamaged: () => {} }).catch(() => undefined);
