import { useDesktop } from '../desktop/desktop-context.tsx';
import styles from './chat.module.css';
import type { Outgoing } from './outgoing.ts';

export const OutgoingView = ({ message }: { readonly message: Outgoing }) => {
  const { chat } = useDesktop();
  return (
    <article className={styles.turn} aria-label="Your message, not sent yet">
      <p className={styles.prompt}>{message.text}</p>
      {message.problem === null ? (
        <p role="status" className={styles.line}>
          <span className="spinner" /> Sending…
        </p>
      ) : (
        <div role="alert" className={styles.failure}>
          <p>This was not sent. {message.problem}</p>
          <button
            type="button"
            className="button"
            onClick={() => {
              chat.dismiss(message.id);
              chat.propose(message.text);
            }}
          >
            Edit and try again
          </button>
        </div>
      )}
    </article>
  );
};
