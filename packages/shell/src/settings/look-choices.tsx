import { useEffect, useId, useState } from 'react';
import { useStore } from 'zustand';
import { useDesktop } from '../desktop/desktop-context.tsx';
import styles from './look.module.css';

const MODES = [
  ['auto', 'Like the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;
const ACCENTS = [
  ['#4f7cff', 'Blue'],
  ['#0f9d8a', 'Teal'],
  ['#3f9b4b', 'Green'],
  ['#d9822b', 'Amber'],
  ['#d2556b', 'Rose'],
  ['#8a63d2', 'Violet'],
] as const;
const SETTLE_MS = 400;

/** Mode and accent. The whole desktop shows each choice at once. */
export const LookChoices = () => {
  const { attempt, theme } = useDesktop();
  const { mode, accent } = useStore(theme.store, (state) => state.theme);
  const [own, setOwn] = useState<string | null>(null);
  const id = useId();
  const change = (patch: Parameters<typeof theme.change>[0]) =>
    attempt('The look was not saved', () => theme.change(patch));

  useEffect(() => {
    if (own === null) return;
    // A colour field speaks with every step of the pointer.
    const timer = setTimeout(() => {
      setOwn(null);
      void attempt('The look was not saved', () => theme.change({ accent: own }));
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [own, attempt, theme]);

  return (
    <>
      <fieldset className={styles.modes}>
        <legend>Mode</legend>
        {MODES.map(([value, title]) => (
          <label key={value} className={styles.mode}>
            <input
              type="radio"
              name={`${id}mode`}
              checked={mode === value}
              onChange={() => void change({ mode: value })}
            />
            <span className={styles.pictures} aria-hidden="true">
              {value !== 'dark' && <Picture scheme="light" />}
              {value !== 'light' && <Picture scheme="dark" />}
            </span>
            {title}
          </label>
        ))}
      </fieldset>
      <fieldset className={styles.accents}>
        <legend>Accent</legend>
        {ACCENTS.map(([value, title]) => (
          <label key={value} className={styles.swatch} title={title} style={{ background: value }}>
            <input
              type="radio"
              name={`${id}accent`}
              aria-label={title}
              checked={accent.toLowerCase() === value}
              onChange={() => void change({ accent: value })}
            />
          </label>
        ))}
        <label className={styles.own}>
          Own
          <input type="color" value={own ?? accent} onChange={(event) => setOwn(event.target.value)} />
        </label>
      </fieldset>
    </>
  );
};

/** A desktop the size of a stamp. */
const Picture = ({ scheme }: { readonly scheme: 'light' | 'dark' }) => (
  <span className={styles.picture} data-scheme={scheme}>
    <span className={styles.window} />
    <span className={styles.dock} />
  </span>
);
