import { useState } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import styles from './chat.module.css';
import type { Approval } from './session-state.ts';

/** What the kernel wants to do, in full, and the owner's three answers. */
export const ApprovalCard = ({ approval }: { readonly approval: Approval }) => {
  const { chat } = useDesktop();
  const [busy, setBusy] = useState(false);
  const answer = async (decision: 'allow' | 'deny', remember: boolean) => {
    setBusy(true);
    await chat.decide(approval.id, decision, remember);
    // Answered: the event takes the card away. Failed: it can be tried again.
    setBusy(false);
  };
  return (
    <section className={styles.approval} aria-label={`Approval: ${approval.summary}`}>
      <p>
        <strong>May I do this?</strong> {approval.summary}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre tabIndex={0}>{approval.detail}</pre>
      <div className={styles.answers}>
        <button
          type="button"
          className="button"
          data-kind="primary"
          disabled={busy}
          onClick={() => void answer('allow', false)}
        >
          Allow once
        </button>
        {approval.rememberAs !== null && (
          <button type="button" className="button" disabled={busy} onClick={() => void answer('allow', true)}>
            <span className={styles.remember}>Always allow “{approval.rememberAs}”</span>
          </button>
        )}
        <button
          type="button"
          className="button"
          data-kind="danger"
          disabled={busy}
          onClick={() => void answer('deny', false)}
        >
          Deny
        </button>
      </div>
    </section>
  );
};
