import { useId, useState } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { GuardedButton } from '../visible/guarded-button.tsx';
import { ruleText } from '../visible/rule-text.ts';
import { Visible, VisibleBlock } from '../visible/visible.tsx';
import { visibleText } from '../visible/visible-text.ts';
import styles from './chat.module.css';
import type { Approval } from './session-state.ts';

/** What the kernel wants to do, in full, and the owner's three answers. What is read here is what runs. */
export const ApprovalCard = ({ approval }: { readonly approval: Approval }) => {
  const { chat } = useDesktop();
  const [busy, setBusy] = useState(false);
  const rule = useId();
  const answer = async (decision: 'allow' | 'deny', remember: boolean) => {
    setBusy(true);
    await chat.decide(approval.id, decision, remember);
    // Answered: the event takes the card away. Failed: it can be tried again.
    setBusy(false);
  };
  return (
    <section className={styles.approval} aria-label={`Approval: ${visibleText(approval.summary)}`}>
      <p>
        <strong>May I do this?</strong> <Visible text={approval.summary} />
      </p>
      <VisibleBlock text={approval.detail} label="What will be done" />
      {approval.rememberAs !== null && (
        <div className={styles.rule}>
          <p>“Always allow” allows this from now on:</p>
          <div id={rule}>
            <VisibleBlock text={ruleText(approval.rememberAs)} label="What is always allowed" />
          </div>
        </div>
      )}
      <div className={styles.answers}>
        <GuardedButton
          className="button"
          data-kind="primary"
          busy={busy}
          onPress={() => void answer('allow', false)}
        >
          Allow once
        </GuardedButton>
        {approval.rememberAs !== null && (
          <GuardedButton
            className="button"
            aria-describedby={rule}
            busy={busy}
            onPress={() => void answer('allow', true)}
          >
            Always allow
          </GuardedButton>
        )}
        <GuardedButton
          className="button"
          data-kind="danger"
          busy={busy}
          onPress={() => void answer('deny', false)}
        >
          Deny
        </GuardedButton>
      </div>
    </section>
  );
};
