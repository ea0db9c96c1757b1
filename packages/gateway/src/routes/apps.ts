import { AppInstall, AppName, type AppOpening, DataKey, MAX_APP_DATA_BYTES } from '@matrix-os/contracts';
import type { Kernel } from '@matrix-os/kernel';
import { AppError } from '@matrix-os/kit';
import type { FrameTokens } from '../frames/frame-tokens.ts';
import { readBody, readJson, readParam } from '../http/body.ts';
import type { GatewayApp } from '../http/context.ts';

export const addAppRoutes = (app: GatewayApp, deps: { kernel: Kernel; tokens: FrameTokens }): void => {
  const { apps } = deps.kernel;
  app.get('/api/apps', async (c) => c.json(await apps.list()));
  app.post('/api/apps', async (c) => {
    const { name } = await readBody(c, AppInstall);
    return c.json(await apps.install(name), 201);
  });
  app.delete('/api/apps/:name', async (c) => c.json(await apps.remove(readParam(c, 'name', AppName))));
  app.post('/api/apps/:name/open', async (c) => {
    const summary = await apps.get(readParam(c, 'name', AppName));
    if (summary.problem !== null) throw new AppError('conflict', summary.problem);
    const token = deps.tokens.issue({ app: summary.name, login: c.get('caller').login });
    const opening: AppOpening = { url: `/app/${token}/index.html`, app: summary };
    return c.json(opening);
  });
};

/** What the desktop reads and writes for the app in a frame, once it knows by the frame which app that is. */
export const addAppDataRoutes = (app: GatewayApp, deps: { kernel: Kernel }): void => {
  const { apps } = deps.kernel;
  const { data } = apps;
  app.get('/api/apps/:name/data', async (c) =>
    c.json({ keys: await data.keys(readParam(c, 'name', AppName)) }),
  );
  app.get('/api/apps/:name/data/:key', async (c) => {
    const key = readParam(c, 'key', DataKey);
    const value = await data.read(readParam(c, 'name', AppName), key);
    if (value === undefined) throw new AppError('not_found', `The app has no data called "${key}".`);
    return new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json' } });
  });
  app.put('/api/apps/:name/data/:key', async (c) => {
    const name = readParam(c, 'name', AppName);
    const key = readParam(c, 'key', DataKey);
    await data.write(name, key, await readJson(c, { maxBytes: MAX_APP_DATA_BYTES }));
    return c.body(null, 204);
  });
  app.delete('/api/apps/:name/data/:key', async (c) => {
    await data.delete(readParam(c, 'name', AppName), readParam(c, 'key', DataKey));
    return c.body(null, 204);
  });
};
