import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useDesktop } from '../desktop/desktop-context.tsx';
import styles from './settings.module.css';

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

export const LookSection = () => {
  const { attempt, theme } = useDesktop();
  const { mode, accent } = useStore(theme.store, (state) => state.theme);
  const [own, setOwn] = useState<string | null>(null);
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
    <section aria-labelledby="look">
      <h3 id="look">Look</h3>
      <fieldset className={styles.row}>
        <legend>Mode</legend>
        {MODES.map(([value, title]) => (
          <label key={value} className={styles.pill}>
            <input
              type="radio"
              name="mode"
              checked={mode === value}
              onChange={() => void change({ mode: value })}
            />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      <fieldset className={styles.row}>
        <legend>Accent</legend>
        {ACCENTS.map(([value, title]) => (
          <label key={value} className={styles.swatch} title={title} style={{ background: value }}>
            <input
              type="radio"
              name="accent"
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
    </section>
  );
};
