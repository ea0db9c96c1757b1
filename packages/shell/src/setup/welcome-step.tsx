import { type FormEvent, useState } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { Logo } from '../desktop/logo.tsx';
import { MAX_NAME, saveName } from './owner-name.ts';
import styles from './setup.module.css';
import { SetupStep } from './setup-step.tsx';

export const WelcomeStep = (props: {
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly onNext: () => void;
}) => {
  const { api, attempt } = useDesktop();
  const [busy, setBusy] = useState(false);
  const next = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const name = props.name.trim().replaceAll(/\s+/g, ' ');
    if (name === '') return props.onNext();
    setBusy(true);
    const saved = await attempt('Your name was not saved', () => saveName(api, name));
    setBusy(false);
    if (saved) props.onNext();
  };
  return (
    <SetupStep
      title="Welcome to Matrix OS"
      text="Say what you need, and it is built as real files in your home. Three short questions first."
      form="setup-welcome"
      busy={busy}
      focus="input"
    >
      <span className={styles.logo}>
        <Logo size={76} />
      </span>
      <form id="setup-welcome" className={styles.form} onSubmit={(event) => void next(event)}>
        <label className={styles.label}>
          What should it call you?
          <input
            className="field"
            value={props.name}
            onChange={(event) => props.onName(event.target.value)}
            maxLength={MAX_NAME}
            autoComplete="given-name"
            autoCapitalize="words"
            spellCheck={false}
            placeholder="Your name"
          />
        </label>
        <p className={styles.small}>
          Kept in <code>system/user.md</code>, which you can read and change. No stranger ever sees it.
        </p>
      </form>
    </SetupStep>
  );
};
