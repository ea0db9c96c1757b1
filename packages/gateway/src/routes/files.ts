import {
  type FileListing,
  FileMove,
  FileRestore,
  type FileTicket,
  FileTicketRequest,
  MAX_FILE_BYTES,
} from '@matrix-os/contracts';
import { type Confinement, holdsProtected, isProtected, type Kernel } from '@matrix-os/kernel';
import { AppError } from '@matrix-os/kit';
import type { FileTickets } from '../auth/file-tickets.ts';
import { contentTypeOf, isShownInline } from '../files/content-type.ts';
import { listFolder } from '../files/list-folder.ts';
import { moveFile } from '../files/move-file.ts';
import { sendFile } from '../files/send-file.ts';
import { makeFolder, writeFile } from '../files/write-file.ts';
import { boundedBody, readBody } from '../http/body.ts';
import type { GatewayApp, GatewayContext } from '../http/context.ts';
import { decodedRest } from '../http/raw-target.ts';

export interface FilesDeps {
  readonly kernel: Pick<Kernel, 'home'>;
  readonly confinement: Confinement;
  readonly tickets: FileTickets;
}

/** Whatever stands in the home, a page of it never runs in the owner's name. */
const contentHeaders = (absolute: string): Record<string, string> => {
  const type = contentTypeOf(absolute);
  return {
    'content-type': type,
    'content-disposition': isShownInline(type) ? 'inline' : 'attachment',
    'content-security-policy':
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    'cache-control': 'no-cache',
  };
};

export const addFileRoutes = (app: GatewayApp, { kernel, confinement, tickets }: FilesDeps): void => {
  /** Where the path leads, and never to what only the OS itself touches. */
  const locate = async (path: string, lastLink: 'follow' | 'keep' = 'follow') => {
    const absolute = await confinement.resolve(path, { lastLink });
    const relative = confinement.relative(absolute);
    if (isProtected(path) || isProtected(relative))
      throw new AppError('forbidden', `"${path}" belongs to the system.`);
    return { absolute, relative };
  };
  const target = (c: GatewayContext) => decodedRest(c, '/files/');
  const isFolderPath = (path: string) => path === '' || path.endsWith('/');

  app.get('/files/*', async (c) => {
    const path = target(c);
    const { absolute, relative } = await locate(path);
    if (isFolderPath(path)) {
      const listing: FileListing = { path: relative, entries: await listFolder(confinement, relative) };
      return c.json(listing);
    }
    return sendFile({
      request: c.req.raw,
      method: c.req.method,
      home: confinement.home,
      path: relative,
      name: path,
      headers: contentHeaders(absolute),
    });
  });

  app.put('/files/*', async (c) => {
    const path = target(c);
    const { relative } = await locate(path);
    const { home } = confinement;
    if (isFolderPath(path)) {
      await makeFolder({ home, path: relative, name: path });
      kernel.home.ownerWrote([relative]);
      return c.body(null, 201);
    }
    const { created, etag } = await writeFile({
      home,
      path: relative,
      name: path,
      body: boundedBody(c.req.raw, { maxBytes: MAX_FILE_BYTES }),
      conditions: { ifMatch: c.req.header('if-match'), ifNoneMatch: c.req.header('if-none-match') },
    });
    kernel.home.ownerWrote([relative]);
    return c.body(null, created ? 201 : 204, { etag });
  });

  app.delete('/files/*', async (c) => {
    const path = target(c);
    const { relative } = await locate(path, 'keep');
    const trash = await kernel.home.trash(path);
    kernel.home.ownerWrote([relative]);
    return c.json({ trash });
  });

  app.post('/api/files/move', async (c) => {
    const names = await readBody(c, FileMove);
    const from = await locate(names.from, 'keep');
    const to = await locate(names.to, 'keep');
    if (from.relative === '' || to.relative === '' || `${to.relative}/`.startsWith(`${from.relative}/`))
      throw new AppError('invalid_input', 'A folder can not be moved into itself.');
    if (holdsProtected(from.relative))
      throw new AppError('forbidden', `"${names.from}" belongs to the system.`);
    await moveFile(confinement.home, from.relative, to.relative, names);
    kernel.home.ownerWrote([from.relative, to.relative]);
    return c.json({ path: to.relative });
  });

  app.post('/api/files/ticket', async (c) => {
    const { path } = await readBody(c, FileTicketRequest);
    const { relative } = await locate(path);
    if (relative === '') throw new AppError('invalid_input', 'Name a file.');
    const address = `/files/${relative.split('/').map(encodeURIComponent).join('/')}`;
    const ticket: FileTicket = { url: `${address}?ticket=${tickets.issue(c.get('caller').login, address)}` };
    return c.json(ticket, 201);
  });

  app.post('/api/files/restore', async (c) => {
    const path = await kernel.home.restore((await readBody(c, FileRestore)).trash);
    kernel.home.ownerWrote([path]);
    return c.json({ path });
  });
};
