import { memo, useState } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { Icon } from '../desktop/icons.tsx';
import { Visible, VisibleParagraphs } from '../visible/visible.tsx';
import { visibleText } from '../visible/visible-text.ts';
import { ApprovalCard } from './approval-card.tsx';
import styles from './chat.module.css';
import { Formatted } from './formatted.tsx';
import { isActive, type LiveTurn } from './session-state.ts';
import { ToolLine } from './tool-line.tsx';

/** One question and everything that came of it. */
export const TurnView = memo(({ turn }: { readonly turn: LiveTurn }) => {
  const label = turn.prompt === '' ? 'Turn' : `Turn: ${turn.prompt.slice(0, 60)}`;
  return (
    <article className={styles.turn} aria-label={label} aria-busy={isActive(turn)} data-status={turn.status}>
      {turn.prompt !== '' && (
        <p className={styles.prompt}>
          <VisibleParagraphs text={turn.prompt} />
        </p>
      )}
      <div className={styles.answer}>
        {turn.parts.map((part, i) =>
          part.type === 'text' ? (
            // Parts are only ever added at the end.
            <Formatted key={i} text={part.text} />
          ) : (
            <ToolLine key={part.id} part={part} over={!isActive(turn)} />
          ),
        )}
        {turn.approvals.map((approval) => (
          <ApprovalCard key={approval.id} approval={approval} />
        ))}
        <Progress turn={turn} />
        <Ending turn={turn} />
        <Changes turn={turn} />
      </div>
    </article>
  );
});

const Progress = ({ turn }: { readonly turn: LiveTurn }) => {
  if (turn.status === 'queued') {
    return (
      <p role="status" className={styles.line}>
        <span className="spinner" />
        {turn.position === null ? 'Starting…' : `Waiting for its turn: number ${turn.position} in the queue`}
      </p>
    );
  }
  const busy = turn.parts.some((part) => part.type === 'tool' && part.ok === null);
  if (turn.status !== 'running' || turn.approvals.length > 0 || busy) return null;
  return (
    <p role="status" className={styles.line}>
      <span className="spinner" /> {turn.parts.length === 0 ? 'Thinking…' : 'Working…'}
    </p>
  );
};

const Ending = ({ turn }: { readonly turn: LiveTurn }) => {
  if (turn.status === 'cancelled') return <p className={styles.line}>Stopped.</p>;
  if (turn.status === 'interrupted') {
    return (
      <p role="alert" className={styles.failure}>
        {turn.error?.message ?? 'Matrix OS stopped in the middle of this.'}{' '}
        {turn.error?.hint ?? 'Say it again to go on.'}
      </p>
    );
  }
  if (turn.error !== null) {
    return (
      <div role="alert" className={styles.failure}>
        <p>{turn.error.message}</p>
        {turn.error.hint && <p className={styles.hint}>{turn.error.hint}</p>}
      </div>
    );
  }
  if (turn.stop === 'limit')
    return <p className={styles.line}>Stopped at a limit. Say “go on” to continue.</p>;
  return null;
};

const FILES_SHOWN = 4;

const Changes = ({ turn }: { readonly turn: LiveTurn }) => {
  const { chat } = useDesktop();
  const [busy, setBusy] = useState(false);
  if (turn.files.length === 0) return null;
  const undone = turn.undo === 'undone';
  const run = async (action: (id: string) => Promise<void>) => {
    setBusy(true);
    await action(turn.id);
    setBusy(false);
  };
  const more = turn.files.length - FILES_SHOWN;
  return (
    <div className={styles.changes} data-undone={undone}>
      <p title={turn.files.map(visibleText).join('\n')}>
        {undone ? 'Undone: ' : 'Changed: '}
        {turn.files.slice(0, FILES_SHOWN).map((file, i) => (
          <span key={file}>
            {i > 0 && ', '}
            <code>
              <Visible text={file} />
            </code>
          </span>
        ))}
        {more > 0 && ` and ${more} more`}
      </p>
      {turn.undo !== 'none' && (
        <button
          type="button"
          className="button"
          disabled={busy || isActive(turn)}
          onClick={() => void run(undone ? chat.redo : chat.undo)}
        >
          <Icon name={undone ? 'redo' : 'undo'} size={16} />
          {undone ? 'Redo' : 'Undo'}
        </button>
      )}
    </div>
  );
};
