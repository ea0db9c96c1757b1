import type { EngineId } from '@matrix-os/contracts';
import type { FormEvent } from 'react';
import { Icon } from '../desktop/icons.tsx';
import styles from './setup.module.css';
import { SetupStep } from './setup-step.tsx';

/** Each is something that this engine does well. */
const IDEAS: Readonly<Record<EngineId, readonly string[]>> = {
  builtin: ['Make me a to-do list', 'Remind me in 20 minutes to stretch', 'What can you do?'],
  claude: ['Build me an app to log the birds I see', 'Make me a to-do list', 'What can you do?'],
};

export const DoneStep = (props: {
  readonly name: string;
  readonly engine: EngineId;
  /** With a first message, or without. */
  readonly onDone: (message?: string) => void;
}) => (
  <SetupStep
    title={props.name.trim() === '' ? 'All set.' : `All set, ${props.name.trim()}.`}
    text="Say in the chat what you need. You could begin with one of these:"
    form="setup-done"
    label="Open the desktop"
    focus="button[type=submit]"
  >
    <form
      id="setup-done"
      className={styles.ideas}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        props.onDone();
      }}
    >
      {IDEAS[props.engine].map((idea) => (
        <button key={idea} type="button" className={styles.idea} onClick={() => props.onDone(idea)}>
          <span>{idea}</span>
          <Icon name="send" size={18} />
        </button>
      ))}
    </form>
  </SetupStep>
);
