import { Settings, type SettingsPatch } from '@matrix-os/contracts';
import { useCallback, useEffect, useState } from 'react';
import { explain } from '../connection/api.ts';
import { useDesktop } from '../desktop/desktop-context.tsx';

export interface SettingsAccess {
  readonly settings: Settings | null;
  readonly problem: string | null;
  readonly reload: () => void;
  /** Each answers whether it was done; a failure is shown as a notice. */
  readonly update: (patch: SettingsPatch) => Promise<boolean>;
  readonly setKey: (apiKey: string | null) => Promise<boolean>;
}

export const useSettings = (): SettingsAccess => {
  const { api, attempt } = useDesktop();
  const [settings, setSettings] = useState<Settings | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const reload = useCallback(() => {
    setProblem(null);
    api.get('/api/settings', Settings).then(setSettings, (error: unknown) => setProblem(explain(error)));
  }, [api]);
  useEffect(reload, [reload]);

  return {
    settings,
    problem,
    reload,
    update: (patch) =>
      attempt('The setting was not changed', async () => {
        setSettings(await api.call('PUT', '/api/settings', Settings, patch));
      }),
    setKey: (apiKey) =>
      attempt('The key was not changed', async () => {
        setSettings(
          apiKey === null
            ? await api.call('DELETE', '/api/settings/key', Settings)
            : await api.call('PUT', '/api/settings/key', Settings, { apiKey }),
        );
      }),
  };
};
