import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useDesktop } from './desktop-context.tsx';
import { Icon } from './icons.tsx';
import styles from './notices.module.css';
import type { Notice } from './notices.ts';

const SHOWN_MS = 6_000;
const SHOWN_WITH_ACTION_MS = 12_000;

export const Toasts = () => {
  const toasts = useStore(useDesktop().notices.store, (state) => state.toasts);
  return (
    <div className={styles.toasts} role="log" aria-live="polite" aria-label="Notices">
      {toasts.map((notice) => (
        <Toast key={notice.id} notice={notice} />
      ))}
    </div>
  );
};

const Toast = ({ notice }: { readonly notice: Notice }) => {
  const { notices } = useDesktop();
  const { id, level, title, message, action } = notice;
  useEffect(() => {
    // What went wrong stays until it was read.
    if (level === 'error') return;
    const timer = setTimeout(() => notices.dismiss(id), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notices, id, level, action]);
  return (
    <div className={styles.toast} data-level={level} role={level === 'error' ? 'alert' : undefined}>
      <div className={styles.words}>
        <strong>{title}</strong>
        {message && <p>{message}</p>}
      </div>
      {action && (
        <button
          type="button"
          className="button"
          onClick={() => {
            notices.dismiss(id);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => notices.dismiss(id)}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
};
