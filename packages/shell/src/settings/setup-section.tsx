import { useDesktop } from '../desktop/desktop-context.tsx';
import styles from './settings.module.css';

export const SetupSection = () => {
  const { setup, windows } = useDesktop();
  return (
    <section aria-labelledby="setup">
      <h3 id="setup">Setup</h3>
      <p className={styles.hint}>Your name, the look and who answers, one after the other.</p>
      <button
        type="button"
        className="button"
        onClick={() => {
          // What is changed there would not show here.
          windows.close('settings');
          setup.again();
        }}
      >
        Run the setup again
      </button>
    </section>
  );
};
