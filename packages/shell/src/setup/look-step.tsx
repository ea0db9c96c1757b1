import type { FormEvent } from 'react';
import { LookChoices } from '../settings/look-choices.tsx';
import styles from './setup.module.css';
import { SetupStep } from './setup-step.tsx';

export const LookStep = (props: { readonly onNext: () => void; readonly onBack: () => void }) => (
  <SetupStep
    title="How shall it look?"
    text="Everything changes as you choose."
    form="setup-look"
    focus="input:checked"
    onBack={props.onBack}
  >
    <form
      id="setup-look"
      className={styles.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        props.onNext();
      }}
    >
      <LookChoices />
    </form>
  </SetupStep>
);
