import type { Autonomy, Settings } from '@matrix-os/contracts';
import { ruleText } from '../visible/rule-text.ts';
import { VisibleParagraphs } from '../visible/visible.tsx';
import { visibleText } from '../visible/visible-text.ts';
import styles from './settings.module.css';
import type { SettingsAccess } from './use-settings.ts';

const CHOICES: readonly { readonly value: Autonomy; readonly title: string; readonly detail: string }[] = [
  {
    value: 'ask',
    title: 'Ask me first',
    detail:
      'Commands, the network, changes below system/ and anything outside of your home wait for your yes.',
  },
  {
    value: 'free',
    title: 'Act freely',
    detail:
      'Commands, the network and your home, without asking; so what is in it could be sent away. What lies outside is asked all the same.',
  },
];

export const AutonomySection = ({
  settings,
  update,
}: {
  readonly settings: Settings;
  readonly update: SettingsAccess['update'];
}) => (
  <section aria-labelledby="autonomy">
    <h3 id="autonomy">What the kernel may do</h3>
    <fieldset className={styles.choices}>
      <legend className="visually-hidden">What the kernel may do</legend>
      {CHOICES.map(({ value, title, detail }) => (
        <label key={value} className={styles.choice}>
          <input
            type="radio"
            name="autonomy"
            checked={settings.autonomy === value}
            onChange={() => void update({ autonomy: value })}
          />
          <span>
            <strong>{title}</strong>
            <span className={styles.hint}>{detail}</span>
          </span>
        </label>
      ))}
    </fieldset>
    <h4>Always allowed</h4>
    {settings.remembered.length === 0 ? (
      <p className={styles.hint}>Nothing yet. “Always allow” in an approval adds to this list.</p>
    ) : (
      <ul className={styles.remembered} aria-label="Always allowed">
        {settings.remembered.map((what) => (
          <li key={what}>
            <code>
              <VisibleParagraphs text={ruleText(what)} />
            </code>
            <button
              type="button"
              className="button"
              aria-label={`Forget ${visibleText(ruleText(what))}`}
              onClick={() => void update({ forget: what })}
            >
              Forget
            </button>
          </li>
        ))}
      </ul>
    )}
  </section>
);
