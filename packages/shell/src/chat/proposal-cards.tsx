import { useStore } from 'zustand';
import { AppIcon } from '../desktop/app-icon.tsx';
import { useApps, useDesktop } from '../desktop/desktop-context.tsx';
import { Icon } from '../desktop/icons.tsx';
import { GuardedButton } from '../visible/guarded-button.tsx';
import { Visible, VisibleBlock } from '../visible/visible.tsx';
import { visibleText } from '../visible/visible-text.ts';
import styles from './proposals.module.css';
import { messageOf, type Proposal } from './proposals.ts';

/** What apps would like to have said, between the conversation and the owner's own words, and part of neither. */
export const ProposalCards = () => {
  const list = useStore(useDesktop().proposals.store, (state) => state.list);
  if (list.length === 0) return null;
  return (
    <div className={styles.proposals}>
      {list.map((proposal) => (
        <ProposalCard key={proposal.id} proposal={proposal} />
      ))}
    </div>
  );
};

const ProposalCard = ({ proposal }: { readonly proposal: Proposal }) => {
  const { chat, proposals } = useDesktop();
  const { id, app: name, text } = proposal;
  const app = useApps((state) => state.apps.find((one) => one.name === name));
  const title = visibleText(proposal.title);
  return (
    <section className={styles.card} aria-label={`Proposal of ${title}`}>
      <header className={styles.head}>
        <AppIcon app={app ?? { name, icon: '📦' }} size={26} />
        <p>
          <strong>
            <Visible text={proposal.title} />
          </strong>{' '}
          proposes:
        </p>
        <button
          type="button"
          className="icon-button"
          aria-label={`Dismiss the proposal of ${title}`}
          title="Dismiss"
          onClick={() => proposals.dismiss(id)}
        >
          <Icon name="close" size={16} />
        </button>
      </header>
      <VisibleBlock text={text} label={`What ${title} proposes`} />
      <div className={styles.answers}>
        <p>Sent only if you press this.</p>
        <GuardedButton
          className="button"
          onPress={() => {
            proposals.dismiss(id);
            void chat.send(messageOf(proposal));
          }}
        >
          <Icon name="send" size={16} /> Send this
        </GuardedButton>
      </div>
    </section>
  );
};
