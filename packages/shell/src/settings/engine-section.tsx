import { EngineChoice, type Settings } from '@matrix-os/contracts';
import { type FormEvent, useState } from 'react';
import styles from './settings.module.css';
import type { SettingsAccess } from './use-settings.ts';

const CHOICES = {
  auto: 'Automatic: Claude when there is a key',
  claude: 'Claude',
  builtin: 'Built-in helper (no AI, no network)',
} as const satisfies Record<Settings['engine'], string>;

const ENGINES = { claude: 'Claude', builtin: 'the built-in helper' } as const;

export const EngineSection = ({
  settings,
  update,
}: {
  readonly settings: Settings;
  readonly update: SettingsAccess['update'];
}) => {
  const [model, setModel] = useState(settings.model ?? '');
  const changed = model.trim() !== (settings.model ?? '');
  const save = (event: FormEvent) => {
    event.preventDefault();
    void update({ model: model.trim() || null });
  };
  return (
    <section aria-labelledby="engine">
      <h3 id="engine">Engine</h3>
      <label className={styles.field}>
        Who answers
        <select
          className="field"
          value={settings.engine}
          onChange={(event) => void update({ engine: EngineChoice.parse(event.target.value) })}
        >
          {EngineChoice.options.map((choice) => (
            <option key={choice} value={choice}>
              {CHOICES[choice]}
            </option>
          ))}
        </select>
      </label>
      <p className={styles.hint}>
        The next message goes to <strong>{ENGINES[settings.activeEngine]}</strong>
        {settings.baseUrl !== null && settings.activeEngine === 'claude' && (
          <>
            {' '}
            at <code>{settings.baseUrl}</code>
          </>
        )}
        .
      </p>
      {settings.engineProblem !== null && <p className={styles.warning}>{settings.engineProblem}</p>}
      <form className={styles.line} onSubmit={save}>
        <label className={styles.field}>
          Model
          <input
            className="field"
            value={model}
            onChange={(event) => setModel(event.target.value)}
            placeholder="the engine’s own choice"
            maxLength={100}
            spellCheck={false}
            autoCapitalize="none"
          />
        </label>
        <button type="submit" className="button" disabled={!changed}>
          Save model
        </button>
      </form>
    </section>
  );
};
