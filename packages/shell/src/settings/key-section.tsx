import type { Settings } from '@matrix-os/contracts';
import { useState } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { KeyForm } from './key-form.tsx';
import type { SettingsAccess } from './use-settings.ts';

export const KeySection = ({
  settings,
  setKey,
}: {
  readonly settings: Settings;
  readonly setKey: SettingsAccess['setKey'];
}) => {
  const { notices } = useDesktop();
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    const outcome = await setKey(null);
    setBusy(false);
    if (!outcome.done)
      notices.add({ level: 'error', title: 'The key is still there', message: outcome.problem });
  };
  return (
    <section aria-labelledby="key">
      <h3 id="key">API key</h3>
      <KeyForm settings={settings} setKey={setKey}>
        {settings.key.source === 'settings' && (
          <button
            type="button"
            className="button"
            data-kind="danger"
            disabled={busy}
            onClick={() => void remove()}
          >
            Remove key
          </button>
        )}
      </KeyForm>
    </section>
  );
};
