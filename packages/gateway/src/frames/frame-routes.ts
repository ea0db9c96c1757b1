import type { IncomingMessage } from 'node:http';
import type { Confinement } from '@matrix-os/kernel';
import { AppError } from '@matrix-os/kit';
import { contentTypeOf } from '../files/content-type.ts';
import { sendFile } from '../files/send-file.ts';
import type { GatewayApp } from '../http/context.ts';
import type { Peers } from '../http/peer.ts';
import { decodedRest } from '../http/raw-target.ts';
import { frameBase, frameHeaders } from './frame-policy.ts';
import type { FrameTokens } from './frame-tokens.ts';

/** The design sheet and the bridge's client, the same for every app. */
const SHARED = new Map([
  ['@os/app.css', 'system/app-kit/app.css'],
  ['@os/app.js', 'system/app-kit/app.js'],
  ['@os/keyboard.js', 'system/app-kit/keyboard.js'],
]);

/** `GET /app/<token>/…`: no cookie is asked for, since a sandboxed frame sends none; the token is the permission. */
export const addFrameRoutes = (
  app: GatewayApp,
  deps: {
    tokens: FrameTokens;
    confinement: Confinement;
    peers: Peers;
    onUse: (request: IncomingMessage | undefined) => void;
  },
): void => {
  app.get('/app/:token/*', async (c) => {
    const token = c.req.param('token');
    const frame = deps.tokens.find(token);
    if (frame === undefined) {
      throw new AppError('not_found', 'This window has been signed out. Close it and open the app again.');
    }
    const rest = decodedRest(c, `/app/${token}/`);
    // Judged by where it really is, for the app's folder may hold links. The shared files' place is known, and no link serves
    // as one of them: it could lead an app to any file of the home.
    const path = SHARED.get(rest) ?? (await ownFile(deps.confinement, frame.app, rest));
    deps.onUse(c.env?.incoming);
    const base = frameBase({
      secure: deps.peers.isSecure(c.env?.incoming),
      host: c.req.header('host') ?? '',
      token,
    });
    return sendFile({
      request: c.req.raw,
      method: c.req.method,
      home: deps.confinement.home,
      path,
      name: rest,
      headers: { ...frameHeaders(base), 'content-type': contentTypeOf(path) },
    });
  });
};

/** Its data is what the bridge is for, and dotfiles are nobody's business. @throws AppError `not_found` */
const ownFile = async (confinement: Confinement, app: string, rest: string): Promise<string> => {
  const relative = confinement.relative(await confinement.resolve(`apps/${app}/${rest}`));
  const parts = relative.toLowerCase().split('/');
  const own = parts[0] === 'apps' && parts[1] === app && parts[2] !== 'data';
  if (own && !parts.some((part) => part.startsWith('.'))) return relative;
  throw new AppError('not_found', `The app has no file "${rest}".`);
};
