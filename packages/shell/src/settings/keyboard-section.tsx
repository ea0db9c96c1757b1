import { KeyboardChoices } from '@matrix-os/contracts';
import { useStore } from 'zustand';
import { useDesktop } from '../desktop/desktop-context.tsx';
import styles from './settings.module.css';

const MODES = {
  auto: 'Automatic: on the screen of the machine itself, while it has no keyboard',
  always: 'Always, when something can be typed',
  never: 'Never',
} as const satisfies Record<KeyboardChoices['mode'], string>;

const LAYOUTS = {
  auto: 'By language',
  en: 'English (QWERTY)',
  de: 'German (QWERTZ)',
  fr: 'French (AZERTY)',
} as const satisfies Record<KeyboardChoices['layout'], string>;

const { mode: Mode, layout: Layout } = KeyboardChoices.shape;

export const KeyboardSection = () => {
  const { attempt, keyboard } = useDesktop();
  const { choices, ownScreen } = useStore(keyboard.store);
  const choose = (patch: Parameters<typeof keyboard.choose>[0]) =>
    void attempt('The choice of keyboard was not saved', () => keyboard.choose(patch));
  return (
    <section aria-labelledby="keyboard">
      <h3 id="keyboard">Screen keyboard</h3>
      <label className={styles.field}>
        Shown
        <select
          className="field"
          value={choices.mode}
          onChange={(event) => choose({ mode: Mode.parse(event.target.value) })}
        >
          {Object.entries(MODES).map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label className={styles.field}>
        Layout
        <select
          className="field"
          value={choices.layout}
          onChange={(event) => choose({ layout: Layout.parse(event.target.value) })}
        >
          {Object.entries(LAYOUTS).map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <p className={styles.hint}>
        {ownScreen ? 'Holds for this machine’s own screen.' : 'Holds for this browser only.'}
      </p>
    </section>
  );
};
