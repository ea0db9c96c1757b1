import { KeyUpdate, SettingsPatch } from '@matrix-os/contracts';
import type { Kernel } from '@matrix-os/kernel';
import { readBody } from '../http/body.ts';
import type { GatewayApp } from '../http/context.ts';

export const addSettingsRoutes = (app: GatewayApp, { kernel }: { kernel: Kernel }): void => {
  app.get('/api/settings', (c) => c.json(kernel.settings.get()));
  app.put('/api/settings', async (c) =>
    c.json(await kernel.settings.update(await readBody(c, SettingsPatch))),
  );
  app.put('/api/settings/key', async (c) => {
    const { apiKey } = await readBody(c, KeyUpdate);
    return c.json(await kernel.settings.setKey(apiKey));
  });
  app.delete('/api/settings/key', async (c) => c.json(await kernel.settings.setKey(null)));
};
