import { type FormEvent, useId, useState } from 'react';
import { focusOnMount } from '../desktop/focus-on-mount.ts';
import styles from './files.module.css';

interface Props {
  readonly label: string;
  readonly action: string;
  readonly initial: string;
  readonly onSubmit: (name: string) => Promise<void>;
  readonly onCancel: () => void;
}

export const NameForm = ({ label, action, initial, onSubmit, onCancel }: Props) => {
  const id = useId();
  const [name, setName] = useState(initial);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await onSubmit(name.trim().replace(/^\/+|\/+$/g, ''));
    setBusy(false);
  };
  return (
    <form className={styles.nameForm} onSubmit={(event) => void submit(event)}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        ref={focusOnMount}
        className="field"
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onCancel()}
        autoCapitalize="none"
        spellCheck={false}
      />
      <button
        type="submit"
        className="button"
        data-kind="primary"
        disabled={busy || name.trim() === '' || name === initial}
      >
        {action}
      </button>
      <button type="button" className="button" onClick={onCancel}>
        Cancel
      </button>
    </form>
  );
};
