import { type ComponentType, useEffect, useState } from 'react';
import styles from './terminal.module.css';

/** The terminal's code is fetched when the first one opens. */
export const TerminalWindow = () => {
  const [Screen, setScreen] = useState<ComponentType | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    import('./terminal-screen.tsx').then(
      (module) => setScreen(() => module.TerminalScreen),
      () => setFailed(true),
    );
  }, []);
  if (Screen !== null) return <Screen />;
  return (
    <p className={styles.loading} role={failed ? 'alert' : 'status'}>
      {failed ? 'The terminal could not be loaded. Reload the page.' : 'Starting the terminal…'}
    </p>
  );
};
