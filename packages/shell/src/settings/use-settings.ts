import { Settings, type SettingsPatch } from '@matrix-os/contracts';
import { useCallback, useEffect, useState } from 'react';
import { explain } from '../connection/api.ts';
import { useDesktop } from '../desktop/desktop-context.tsx';

export interface SettingsAccess {
  readonly settings: Settings | null;
  readonly problem: string | null;
  readonly reload: () => void;
  /** Answers whether it was done; a failure is shown as a notice. */
  readonly update: (patch: SettingsPatch) => Promise<boolean>;
  /** Says what is wrong instead: the place for that is beside the field. */
  readonly setKey: (apiKey: string | null) => Promise<KeyOutcome>;
}

type KeyOutcome =
  | { readonly done: true; readonly settings: Settings }
  | { readonly done: false; readonly problem: string };

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
    async setKey(apiKey) {
      const path = '/api/settings/key';
      try {
        const changed = await (apiKey === null
          ? api.call('DELETE', path, Settings)
          : api.call('PUT', path, Settings, { apiKey }));
        setSettings(changed);
        return { done: true, settings: changed };
      } catch (error) {
        return { done: false, problem: explain(error) };
      }
    },
  };
};
