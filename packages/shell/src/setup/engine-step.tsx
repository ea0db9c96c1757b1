import type { EngineId, Settings } from '@matrix-os/contracts';
import { type FormEvent, useLayoutEffect, useRef, useState } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { KeyForm } from '../settings/key-form.tsx';
import type { SettingsAccess } from '../settings/use-settings.ts';
import styles from './setup.module.css';
import { SetupStep } from './setup-step.tsx';

interface Props {
  readonly access: SettingsAccess;
  readonly onNext: () => void;
  readonly onBack: () => void;
}

/** What the choice asks of the settings; null when they say it already. Without a key `auto` is the helper as well. */
const patchFor = (choice: EngineId, settings: Settings): Parameters<SettingsAccess['update']>[0] | null => {
  if (choice === 'builtin') return settings.activeEngine === 'claude' ? { engine: 'builtin' } : null;
  return settings.engine === 'builtin' ? { engine: 'auto' } : null;
};

export const EngineStep = ({ access, onNext, onBack }: Props) => {
  const { notices } = useDesktop();
  const { settings } = access;
  const [chosen, setChosen] = useState<EngineId | null>(null);
  const [busy, setBusy] = useState(false);
  const keyForm = useRef<HTMLDivElement>(null);
  const choice = chosen ?? settings?.activeEngine ?? 'builtin';
  const reachable = settings !== null && (settings.key.source !== 'none' || settings.baseUrl !== null);
  const asksForKey = choice === 'claude' && !reachable;

  useLayoutEffect(() => {
    // What the choice has just added is not left below the edge.
    if (chosen !== null) keyForm.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  const goOn = async (now: Settings) => {
    const patch = patchFor(choice, now);
    if (patch === null) return onNext();
    setBusy(true);
    const done = await access.update(patch);
    setBusy(false);
    if (done) onNext();
  };
  const next = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (settings === null) return onNext();
    if (!asksForKey) return void goOn(settings);
    keyForm.current?.querySelector('form')?.requestSubmit();
  };
  const saved = (now: Settings) => {
    if (!now.key.checked)
      notices.add({
        level: 'info',
        title: 'The key is kept',
        message: 'It could not be tried out from here. The first message will tell whether it works.',
      });
    void goOn(now);
  };

  return (
    <SetupStep
      title="Who shall answer?"
      text="You can change this at any time in the settings."
      form="setup-engine"
      busy={busy}
      focus="input:checked"
      ready={settings !== null}
      onBack={onBack}
    >
      {settings === null && access.problem === null && (
        <p role="status" className={styles.text}>
          <span className="spinner" /> Loading…
        </p>
      )}
      {access.problem !== null && (
        <p role="alert" className={styles.text}>
          {access.problem}
        </p>
      )}
      <form id="setup-engine" className={styles.form} onSubmit={next}>
        <fieldset className={styles.engines} disabled={settings === null}>
          <legend className="visually-hidden">Who shall answer</legend>
          <Choice
            value="builtin"
            title="The built-in helper"
            checked={choice === 'builtin'}
            choose={setChosen}
          >
            Works right now, without account or network: ready-made apps, notes, reminders. It follows simple
            rules and is no AI.
          </Choice>
          <Choice value="claude" title="Claude" checked={choice === 'claude'} choose={setChosen}>
            An AI that builds apps nobody has made before, answers questions and works with your files.{' '}
            {settings !== null && settings.baseUrl !== null ? (
              <>
                Reached at <code>{settings.baseUrl}</code>.
              </>
            ) : (
              'It needs the internet and a key from Anthropic, who charges for its use.'
            )}
          </Choice>
        </fieldset>
      </form>
      {settings !== null && choice === 'claude' && (
        <div className={styles.key} ref={keyForm}>
          <KeyForm
            settings={settings}
            setKey={access.setKey}
            onSaved={saved}
            // A key that is there already can stay, or be replaced without leaving the step.
            bare={asksForKey}
          />
          {asksForKey && (
            <p className={styles.small}>
              You get one at <b>platform.claude.com</b>, under API keys. It is kept outside of your home and
              never shown again.
            </p>
          )}
          {settings.engineProblem !== null && reachable && settings.engine !== 'builtin' && (
            <p className={styles.small}>{settings.engineProblem}</p>
          )}
        </div>
      )}
    </SetupStep>
  );
};

const Choice = (props: {
  readonly value: EngineId;
  readonly title: string;
  readonly checked: boolean;
  readonly choose: (value: EngineId) => void;
  readonly children: React.ReactNode;
}) => (
  <label className={styles.engine}>
    <input
      type="radio"
      name="setup-engine"
      checked={props.checked}
      onChange={() => props.choose(props.value)}
    />
    <span>
      <strong>{props.title}</strong>
      <span>{props.children}</span>
    </span>
  </label>
);
