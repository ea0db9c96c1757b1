import { FileDeleted, type FileEntry, FileListing, FileTicket, PAGE_KEY_HEADER } from '@matrix-os/contracts';
import { type Api, ApiError, readProblem } from '../connection/api.ts';
import { pageKey } from '../connection/page-key.ts';
import { baseName, fileUrl } from './paths.ts';

export interface TextFile {
  readonly text: string;
  readonly etag: string | null;
}

/** Larger files are offered for download: a text field is no place for them. */
const MAX_TEXT_BYTES = 2_000_000;

/** Folders first, then by name as people sort: `b2` before `b10`. */
export const listFolder = async (api: Api, path: string): Promise<FileEntry[]> => {
  const { entries } = await api.get(fileUrl(path, true), FileListing);
  const byName = new Intl.Collator(undefined, { numeric: true }).compare;
  return entries.toSorted(
    (a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder') || byName(a.name, b.name),
  );
};

/** Null when it is no text. */
export const readText = async (api: Api, path: string): Promise<TextFile | null> => {
  const response = await api.fetch(fileUrl(path), { cache: 'no-cache' });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > MAX_TEXT_BYTES || bytes.includes(0)) return null;
  try {
    return {
      text: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
      etag: response.headers.get('etag'),
    };
  } catch {
    return null;
  }
};

/** Writes over what was read, and nothing newer. @throws ApiError `conflict` when someone else wrote meanwhile */
export const writeText = async (
  api: Api,
  path: string,
  text: string,
  etag: string | null,
): Promise<TextFile> => {
  const headers: HeadersInit = etag === null ? {} : { 'If-Match': etag };
  const response = await api.fetch(fileUrl(path), { method: 'PUT', headers, body: text });
  return { text, etag: response.headers.get('etag') };
};

export const makeFolder = (api: Api, path: string): Promise<unknown> =>
  api.fetch(fileUrl(path, true), { method: 'PUT' });

/** A new empty file. @throws ApiError `conflict` when there is one */
export const makeFile = (api: Api, path: string): Promise<unknown> =>
  api.fetch(fileUrl(path), { method: 'PUT', headers: { 'If-None-Match': '*' }, body: '' });

export const movePath = (api: Api, from: string, to: string): Promise<void> =>
  api.send('POST', '/api/files/move', { from, to });

/** Into the bin; answers what to restore it by. */
export const deletePath = async (api: Api, path: string): Promise<string> =>
  (await api.call('DELETE', fileUrl(path), FileDeleted)).trash;

export const restorePath = (api: Api, trash: string): Promise<void> =>
  api.send('POST', '/api/files/restore', { trash });

/** Has the browser save it as it does with any link; what a link asks for carries a ticket, for it can't carry the key. */
export const downloadFile = async (api: Api, path: string): Promise<void> => {
  const { url } = await api.call('POST', '/api/files/ticket', FileTicket, { path });
  const link = document.createElement('a');
  link.href = url;
  link.download = baseName(path);
  link.click();
};

/**
 * Sends a file with its progress (0 to 1), which `fetch` can't tell. Never replaces one unless asked.
 *
 * @throws ApiError `conflict` when there is one of that name
 */
export const uploadFile = (
  path: string,
  file: Blob,
  options: {
    readonly replace: boolean;
    readonly onProgress: (part: number) => void;
    readonly signal: AbortSignal;
  },
): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', fileUrl(path));
    request.setRequestHeader(PAGE_KEY_HEADER, pageKey() ?? '');
    if (!options.replace) request.setRequestHeader('If-None-Match', '*');
    request.upload.onprogress = ({ loaded, total }) => options.onProgress(total === 0 ? 1 : loaded / total);
    request.onload = async () => {
      if (request.status < 300) return resolve();
      reject(await readProblem(new Response(request.responseText, { status: request.status })));
    };
    request.onerror = () => reject(new ApiError('offline', 0, 'The connection broke. Try the upload again.'));
    request.onabort = () => reject(new ApiError('cancelled', 0, 'The upload was cancelled.'));
    options.signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
