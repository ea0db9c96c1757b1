import { MAX_MESSAGE_CHARACTERS } from '@matrix-os/contracts';
import { type FormEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useChat, useDesktop } from '../desktop/desktop-context.tsx';
import { Icon } from '../desktop/icons.tsx';
import styles from './chat.module.css';
import { createInputHistory } from './input-history.ts';
import { isActive } from './session-state.ts';

const MAX_HEIGHT = 220;

export const Composer = () => {
  const { chat } = useDesktop();
  const draft = useChat((state) => state.draft);
  const attention = useChat((state) => state.attention);
  const active = useChat((state) =>
    state.selected === null ? undefined : state.histories[state.selected]?.turns.find(isActive),
  );
  const [stopping, setStopping] = useState<string | null>(null);
  const [inputs] = useState(() => createInputHistory(window.localStorage, 'matrix.inputs'));
  /** Until the owner comes back to it. */
  const [sent, setSent] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);

  useLayoutEffect(() => {
    const element = field.current;
    if (element === null || element.value !== draft) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight + 2, MAX_HEIGHT)}px`;
  }, [draft]);

  useEffect(() => {
    if (attention === 0) return;
    field.current?.focus();
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [attention]);

  const send = (event?: FormEvent) => {
    event?.preventDefault();
    const text = draft.trim();
    if (text === '') return;
    inputs.add(text);
    chat.setDraft('');
    setSent(true);
    void chat.send(text);
  };

  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter') setSent(false);
    // Enter that ends the writing of a character (Japanese, Chinese, …) is not ours.
    if (event.nativeEvent.isComposing) return;
    const { value, selectionStart, selectionEnd } = event.currentTarget;
    if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      send();
      return;
    }
    if (event.altKey || event.ctrlKey || event.shiftKey || selectionStart !== selectionEnd) return;
    const atStart = !value.slice(0, selectionStart).includes('\n');
    const atEnd = !value.slice(selectionEnd).includes('\n');
    const recalled =
      event.key === 'ArrowUp' && atStart
        ? inputs.older(value)
        : event.key === 'ArrowDown' && atEnd
          ? inputs.newer()
          : undefined;
    if (recalled === undefined) return;
    event.preventDefault();
    chat.setDraft(recalled);
  };

  return (
    <form className={styles.composer} onSubmit={send}>
      <textarea
        ref={field}
        aria-label="Message"
        data-yields={sent ? '' : undefined}
        placeholder="Ask for anything…"
        rows={1}
        maxLength={MAX_MESSAGE_CHARACTERS}
        value={draft}
        onChange={(event) => chat.setDraft(event.target.value)}
        onKeyDown={pressed}
        onPointerDown={() => setSent(false)}
      />
      {active !== undefined && (
        <button
          type="button"
          className={styles.stop}
          aria-label="Stop"
          title="Stop"
          disabled={stopping === active.id}
          onClick={() => {
            setStopping(active.id);
            void chat.stop(active.id).then(() => setStopping(null));
          }}
        >
          <Icon name="stop" size={20} />
        </button>
      )}
      <button
        type="submit"
        className={styles.send}
        aria-label="Send"
        title="Send"
        disabled={draft.trim() === ''}
      >
        <Icon name="send" size={20} />
      </button>
    </form>
  );
};
