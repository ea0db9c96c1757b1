import { useEffect, useState } from 'react';
import { useChat, useDesktop } from '../desktop/desktop-context.tsx';
import { Icon } from '../desktop/icons.tsx';
import styles from './chat.module.css';
import { Composer } from './composer.tsx';
import { Conversation } from './conversation.tsx';
import { prepareFormatting } from './formatted.tsx';
import { ProposalCards } from './proposal-cards.tsx';
import { SessionPanel } from './session-panel.tsx';

/** The desktop comes first. */
const PREPARE_AFTER_MS = 3000;

export const ChatWindow = () => {
  const { chat } = useDesktop();
  const [listing, setListing] = useState(false);
  const title = useChat(
    (state) => state.sessions.find((session) => session.id === state.selected)?.title ?? 'New conversation',
  );
  const problem = useChat((state) => state.problem);
  useEffect(() => {
    const timer = setTimeout(prepareFormatting, PREPARE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.chat}>
      <div className={styles.head}>
        <button
          type="button"
          className="icon-button"
          aria-label="Conversations"
          aria-expanded={listing}
          onClick={() => setListing(!listing)}
        >
          <Icon name="list" />
        </button>
        <span className={styles.sessionTitle}>{title}</span>
        <button
          type="button"
          className="icon-button"
          aria-label="New conversation"
          onClick={() => {
            setListing(false);
            void chat.select(null);
          }}
        >
          <Icon name="plus" />
        </button>
      </div>
      {listing && <SessionPanel onDone={() => setListing(false)} />}
      <Conversation />
      {problem && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      <ProposalCards />
      <Composer />
    </div>
  );
};
