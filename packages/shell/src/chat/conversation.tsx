import { type UIEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useChat } from '../desktop/desktop-context.tsx';
import styles from './chat.module.css';
import { OutgoingView } from './outgoing-view.tsx';
import { TurnView } from './turn-view.tsx';
import { Welcome } from './welcome.tsx';

// Within this of the end, new text is followed; further up, the owner is reading.
const FOLLOW_PX = 80;
/** Turns put on the page at first: a long conversation opens as fast as a short one. */
const PAGE = 30;

export const Conversation = () => {
  const selected = useChat((state) => state.selected);
  const history = useChat((state) => (selected === null ? undefined : state.histories[selected]));
  const allOutgoing = useChat((state) => state.outgoing);
  const outgoing = allOutgoing.filter((message) => message.session === selected);
  const [shown, setShown] = useState(PAGE);
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);

  useEffect(() => {
    setShown(PAGE);
    following.current = true;
  }, [selected]);

  const sent = outgoing.length;
  useEffect(() => {
    // Who has sent something wants to see it, and what is asked because of it.
    if (sent > 0) following.current = true;
  }, [sent]);

  useLayoutEffect(() => {
    if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (following.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const scrolled = ({ currentTarget: element }: UIEvent<HTMLElement>) => {
    following.current = element.scrollHeight - element.scrollTop - element.clientHeight < FOLLOW_PX;
  };
  const turns = history?.turns ?? [];
  const first = Math.max(0, turns.length - shown);
  const loading = selected !== null && history === undefined;

  return (
    <div
      ref={box}
      className={styles.conversation}
      onScroll={scrolled}
      role="log"
      aria-label="Conversation"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
    >
      {loading && (
        <p role="status" className={styles.loading}>
          <span className="spinner" /> Loading the conversation…
        </p>
      )}
      {!loading && turns.length === 0 && outgoing.length === 0 && <Welcome />}
      {first > 0 && (
        <button type="button" className="button" data-kind="quiet" onClick={() => setShown(shown + PAGE)}>
          Show earlier messages
        </button>
      )}
      {turns.slice(first).map((turn) => (
        <TurnView key={turn.id} turn={turn} />
      ))}
      {outgoing.map((message) => (
        <OutgoingView key={message.id} message={message} />
      ))}
    </div>
  );
};
