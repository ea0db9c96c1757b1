import { useLayoutEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { KeyButton } from './key-button.tsx';
import type { Field } from './keyboard-store.ts';
import { layoutFor, rowsOf } from './layouts.ts';
import { pressKey, shifted, startKeys } from './press-key.ts';
import styles from './screen-keyboard.module.css';
import { fieldOf } from './type-into.ts';
import { useCaret } from './use-caret.ts';

/** The keyboard of a screen that has none, for as long as something can be typed into. */
export const ScreenKeyboard = () => {
  const { on, field, hidden } = useStore(useDesktop().keyboard.store);
  useCaret();
  return on && field !== 'none' && !hidden ? <Keys key={field} field={field} /> : null;
};

const Keys = ({ field }: { readonly field: Exclude<Field, 'none'> }) => {
  const { keyboard } = useDesktop();
  const choice = useStore(keyboard.store, (state) => state.choices.layout);
  const [state, setState] = useState(() => startKeys(field));
  const box = useRef<HTMLDivElement>(null);
  useRoom(box, field === 'terminal');

  const press = (key: string) => {
    if (key === 'Hide') return keyboard.hide();
    const pressed = pressKey(state, key);
    setState(pressed.state);
    if (pressed.sends !== null) keyboard.press(pressed.sends);
  };
  const held: Readonly<Record<string, boolean>> = { Shift: state.shift !== 'off', Control: state.ctrl };

  return (
    // biome-ignore lint/a11y/useSemanticElements: it groups buttons, and no field of a form
    <div
      ref={box}
      className={styles.keyboard}
      data-screen-keyboard=""
      role="group"
      aria-label="Screen keyboard"
      // The caret stays where it is, in this page or in an app's frame.
      onMouseDown={(event) => event.preventDefault()}
    >
      {rowsOf(layoutFor(choice, navigator.languages), state.layer, field === 'terminal').map((row) => (
        <div key={row[0]} className={styles.row}>
          {row.map((key) => (
            <KeyButton
              key={key}
              name={key}
              label={shifted(key, state)}
              held={held[key]}
              locked={key === 'Shift' && state.shift === 'locked'}
              press={press}
            />
          ))}
        </div>
      ))}
    </div>
  );
};

/** Everything else gives way, and what has the caret is kept in sight. */
const useRoom = (box: React.RefObject<HTMLElement | null>, terminal: boolean) => {
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const root = document.documentElement;
    const observer = new ResizeObserver(() => {
      root.style.setProperty('--screen-keyboard', `${element.offsetHeight}px`);
      // An app sees to its own field, and a terminal has none that is where it seems.
      const field = document.activeElement;
      if (!terminal && fieldOf(field) !== 'none') field?.scrollIntoView({ block: 'nearest' });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      root.style.removeProperty('--screen-keyboard');
    };
  }, [box, terminal]);
};
