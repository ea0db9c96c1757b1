import * as z from 'zod/mini';
import { Timestamp } from './names.ts';

/** `GET /files/<folder>/`: the trailing slash asks for the list. `GET /files/<file>` answers its bytes, with an ETag. */
export const FileEntry = z.object({
  name: z.string(),
  kind: z.enum(['file', 'folder']),
  bytes: z.int().check(z.nonnegative()),
  modifiedAt: Timestamp,
});
export type FileEntry = z.infer<typeof FileEntry>;

export const FileListing = z.object({ path: z.string(), entries: z.array(FileEntry) });
export type FileListing = z.infer<typeof FileListing>;

/** `PUT /files/<file>` writes it (201 new, 204 replaced; `If-Match` and `If-None-Match: *` are honoured); a trailing slash makes a folder. */
export const MAX_FILE_BYTES = 100_000_000;

/** `POST /api/files/move`. Refuses to replace (409). */
export const FileMove = z.strictObject({
  from: z.string().check(z.minLength(1)),
  to: z.string().check(z.minLength(1)),
});

/** `DELETE /files/<path>` moves to the bin; `POST /api/files/restore` takes it out again. */
export const FileDeleted = z.object({ trash: z.string() });
export const FileRestore = z.strictObject({ trash: z.string().check(z.minLength(1), z.maxLength(100)) });

/**
 * `POST /api/files/ticket` → 201: an address for what a browser loads by itself, such as a download, and so without the page's
 * key. It opens that one file for a minute, and only in the browser that is signed in.
 */
export const FileTicketRequest = z.strictObject({
  path: z.string().check(z.minLength(1), z.maxLength(4096)),
});
export const FileTicket = z.object({ url: z.string() });
export type FileTicket = z.infer<typeof FileTicket>;
