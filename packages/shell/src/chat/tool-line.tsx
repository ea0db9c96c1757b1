import type { TurnPart } from '@matrix-os/contracts';
import { Icon } from '../desktop/icons.tsx';
import { Visible } from '../visible/visible.tsx';
import styles from './chat.module.css';

interface Props {
  readonly part: Extract<TurnPart, { type: 'tool' }>;
  /** The turn has ended: a tool without an end was cut off. */
  readonly over: boolean;
}

export const ToolLine = ({ part, over }: Props) => {
  const state = part.ok === null ? (over ? 'cut' : 'running') : part.ok ? 'ok' : 'failed';
  return (
    <p className={styles.tool} data-state={state} title={part.name}>
      {state === 'running' && <span className="spinner" />}
      {state === 'ok' && <Icon name="check" size={16} />}
      {(state === 'failed' || state === 'cut') && <Icon name="close" size={16} />}
      <span className="visually-hidden">{WORDS[state]}</span>
      <span className={styles.toolText}>
        <Visible text={part.summary || part.name} />
      </span>
    </p>
  );
};

const WORDS = { running: 'Running:', ok: 'Done:', failed: 'Failed:', cut: 'Not finished:' } as const;
