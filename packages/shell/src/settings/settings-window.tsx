import { AboutSection } from './about-section.tsx';
import { AutonomySection } from './autonomy-section.tsx';
import { EngineSection } from './engine-section.tsx';
import { KeySection } from './key-section.tsx';
import { LookSection } from './look-section.tsx';
import styles from './settings.module.css';
import { SetupSection } from './setup-section.tsx';
import { useSettings } from './use-settings.ts';

export const SettingsWindow = () => {
  const access = useSettings();
  const { settings } = access;
  return (
    <div className={styles.settings}>
      {settings === null && access.problem === null && (
        <p role="status" className={styles.hint}>
          <span className="spinner" /> Loading…
        </p>
      )}
      {access.problem !== null && (
        <div role="alert" className={styles.warning}>
          <p>{access.problem}</p>
          <button type="button" className="button" onClick={access.reload}>
            Try again
          </button>
        </div>
      )}
      {settings !== null && (
        <>
          <EngineSection settings={settings} update={access.update} />
          <KeySection settings={settings} setKey={access.setKey} />
          <AutonomySection settings={settings} update={access.update} />
        </>
      )}
      <LookSection />
      <SetupSection />
      <AboutSection />
    </div>
  );
};
