import { useEffect, useRef } from 'react';
import { isNamedKey, nameOf, shownOn } from './key-names.ts';
import styles from './screen-keyboard.module.css';

const REPEATS = /^(?:Backspace|Arrow\w+)$/;
const REPEAT_AFTER_MS = 450;
const REPEAT_EVERY_MS = 70;

interface Props {
  /** As in the layout, without shift. */
  readonly name: string;
  /** As it stands on the key now. */
  readonly label: string;
  readonly held: boolean | undefined;
  readonly locked: boolean;
  readonly press: (name: string) => void;
}

/** Acts as soon as it is touched, as keys do, and again and again where that helps. */
export const KeyButton = ({ name, label, held, locked, press }: Props) => {
  const latest = useRef(press);
  latest.current = press;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stop = () => clearTimeout(timer.current);
  useEffect(() => stop, []);

  const repeat = () => {
    latest.current(name);
    timer.current = setTimeout(repeat, REPEAT_EVERY_MS);
  };
  return (
    <button
      type="button"
      className={styles.key}
      // Whoever can tab has a keyboard.
      tabIndex={-1}
      data-key={isNamedKey(name) ? name : undefined}
      data-locked={locked}
      aria-label={nameOf(label)}
      aria-pressed={held}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        press(name);
        if (REPEATS.test(name)) timer.current = setTimeout(repeat, REPEAT_AFTER_MS);
      }}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onClick={(event) => {
        // Pressed by no pointer, but by what reads the screen aloud.
        if (event.detail === 0) press(name);
      }}
      onContextMenu={(event) => event.preventDefault()}
    >
      {isNamedKey(name) ? shownOn(name) : label}
    </button>
  );
};
