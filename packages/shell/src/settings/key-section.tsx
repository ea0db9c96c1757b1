import type { Settings } from '@matrix-os/contracts';
import { type FormEvent, useState } from 'react';
import styles from './settings.module.css';
import type { SettingsAccess } from './use-settings.ts';

export const KeySection = ({
  settings,
  setKey,
}: {
  readonly settings: Settings;
  readonly setKey: SettingsAccess['setKey'];
}) => {
  const { key } = settings;
  const [value, setValue] = useState('');
  const [busy, setBusy] = useState(false);
  const run = async (apiKey: string | null) => {
    setBusy(true);
    if (await setKey(apiKey)) setValue('');
    setBusy(false);
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    void run(value.trim());
  };
  return (
    <section aria-labelledby="key">
      <h3 id="key">API key</h3>
      <p className={styles.hint}>
        {key.source === 'none' && 'There is no key. With one, Claude can build whatever you ask for.'}
        {key.source === 'settings' && `A key is set: it ends in ${key.hint ?? '…'}.`}
        {key.source === 'environment' &&
          `The key (it ends in ${key.hint ?? '…'}) comes from ANTHROPIC_API_KEY, so it is changed there.`}
      </p>
      {key.source !== 'environment' && (
        <form className={styles.line} onSubmit={save}>
          <label className={styles.field}>
            {key.source === 'none' ? 'Anthropic API key' : 'New API key'}
            <input
              className="field"
              type="password"
              value={value}
              onChange={(event) => setValue(event.target.value)}
              autoComplete="off"
              maxLength={400}
              placeholder="sk-ant-…"
            />
          </label>
          <button
            type="submit"
            className="button"
            data-kind="primary"
            disabled={busy || value.trim().length < 8}
          >
            Save key
          </button>
          {key.source === 'settings' && (
            <button
              type="button"
              className="button"
              data-kind="danger"
              disabled={busy}
              onClick={() => void run(null)}
            >
              Remove key
            </button>
          )}
        </form>
      )}
    </section>
  );
};
