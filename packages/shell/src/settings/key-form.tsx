import type { Settings } from '@matrix-os/contracts';
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react';
import styles from './settings.module.css';
import type { SettingsAccess } from './use-settings.ts';

const SHORTEST = 8;

/** Takes a key, and says what is wrong with it. A key of the environment can only be looked at. */
export const KeyForm = ({
  settings: { key },
  setKey,
  bare = false,
  onSaved,
  children,
}: {
  readonly settings: Settings;
  readonly setKey: SettingsAccess['setKey'];
  /** Only the field: the button that saves stands elsewhere. */
  readonly bare?: boolean;
  readonly onSaved?: (settings: Settings) => void;
  /** Further buttons. */
  readonly children?: ReactNode;
}) => {
  const [value, setValue] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const help = useId();

  const fail = (why: string) => {
    setProblem(why);
    field.current?.focus();
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (value.trim() === '') return fail('Paste a key here first.');
    if (value.trim().length < SHORTEST) return fail('That is too short for a key. Paste the whole of it.');
    setBusy(true);
    setProblem(null);
    const outcome = await setKey(value.trim());
    setBusy(false);
    if (!outcome.done) return fail(outcome.problem);
    setValue('');
    onSaved?.(outcome.settings);
  };

  if (key.source === 'environment') return <KeyState keyOf={key} />;
  return (
    <>
      {!bare && <KeyState keyOf={key} />}
      <form className={styles.line} onSubmit={(event) => void save(event)} noValidate>
        <label className={styles.field}>
          {key.source === 'none' ? 'Anthropic API key' : 'New API key'}
          <input
            ref={field}
            className="field"
            type="password"
            value={value}
            onChange={(event) => setValue(event.target.value)}
            autoComplete="off"
            maxLength={400}
            placeholder="sk-ant-…"
            aria-invalid={problem !== null}
            aria-describedby={help}
          />
        </label>
        {!bare && (
          <button
            type="submit"
            className="button"
            data-kind="primary"
            disabled={busy || value.trim().length < SHORTEST}
          >
            Save key
          </button>
        )}
        {children}
      </form>
      <div id={help} className={styles.outcome}>
        {busy && (
          <p role="status" className={styles.hint}>
            <span className="spinner" /> Trying the key…
          </p>
        )}
        {problem !== null && (
          <p role="alert" className={styles.problem}>
            {problem}
          </p>
        )}
      </div>
    </>
  );
};

const KeyState = ({ keyOf: { source, hint, checked } }: { readonly keyOf: Settings['key'] }) => {
  const end = hint ?? '…';
  return (
    <p className={styles.hint}>
      {source === 'none' && 'There is no key. With one, Claude can build whatever you ask for.'}
      {source === 'settings' && `A key is set: it ends in ${end}${checked ? ', and it was accepted' : ''}.`}
      {source === 'environment' &&
        `The key (it ends in ${end}) comes from ANTHROPIC_API_KEY, so it is changed there.`}
    </p>
  );
};
