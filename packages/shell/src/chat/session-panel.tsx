import type { SessionSummary } from '@matrix-os/contracts';
import { type FormEvent, useState } from 'react';
import { useChat, useDesktop } from '../desktop/desktop-context.tsx';
import { focusOnMount } from '../desktop/focus-on-mount.ts';
import { Icon } from '../desktop/icons.tsx';
import styles from './chat.module.css';

export const SessionPanel = ({ onDone }: { readonly onDone: () => void }) => {
  const sessions = useChat((state) => state.sessions);
  return (
    <nav className={styles.panel} aria-label="Conversations">
      {sessions.length === 0 && <p className={styles.hint}>No conversations yet.</p>}
      <ul>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} onDone={onDone} />
        ))}
      </ul>
    </nav>
  );
};

const SessionRow = ({
  session,
  onDone,
}: {
  readonly session: SessionSummary;
  readonly onDone: () => void;
}) => {
  const { chat } = useDesktop();
  const selected = useChat((state) => state.selected === session.id);
  const [mode, setMode] = useState<'shown' | 'renaming' | 'deleting'>('shown');

  if (mode === 'renaming') {
    const rename = (event: FormEvent<HTMLFormElement>) => {
      event.preventDefault();
      const title = String(new FormData(event.currentTarget).get('title')).trim();
      if (title !== '') void chat.rename(session.id, title);
      setMode('shown');
    };
    return (
      <li>
        <form onSubmit={rename} className={styles.row}>
          <input
            name="title"
            className="field"
            aria-label="New name"
            defaultValue={session.title}
            maxLength={120}
            ref={focusOnMount}
            onKeyDown={(event) => event.key === 'Escape' && setMode('shown')}
          />
          <button type="submit" className="button">
            Rename
          </button>
        </form>
      </li>
    );
  }
  if (mode === 'deleting') {
    return (
      <li className={styles.row}>
        <span className={styles.rowTitle}>Delete “{session.title}” for good?</span>
        <button
          type="button"
          className="button"
          data-kind="danger"
          onClick={() => void chat.remove(session.id)}
        >
          Delete
        </button>
        <button type="button" className="button" ref={focusOnMount} onClick={() => setMode('shown')}>
          Keep
        </button>
      </li>
    );
  }
  return (
    <li className={styles.row} data-selected={selected}>
      <button
        type="button"
        className={styles.rowButton}
        aria-current={selected}
        onClick={() => {
          void chat.select(session.id);
          onDone();
        }}
      >
        <span className={styles.rowTitle}>{session.title}</span>
        <span className={styles.rowDetail}>
          {session.from !== 'owner' && `from ${session.from} · `}
          {new Date(session.updatedAt).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}
        </span>
      </button>
      {session.busy && <span className="spinner" role="img" aria-label="Working" />}
      <button
        type="button"
        className="icon-button"
        aria-label={`Rename ${session.title}`}
        onClick={() => setMode('renaming')}
      >
        <Icon name="edit" size={16} />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={`Delete ${session.title}`}
        onClick={() => setMode('deleting')}
      >
        <Icon name="trash" size={16} />
      </button>
    </li>
  );
};
