import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useDesktop } from '../desktop/desktop-context.tsx';
import styles from './connection-banner.module.css';

// A gateway that restarts is back sooner than anyone needs to know.
const GRACE_MS = 700;

export const ConnectionBanner = () => {
  const { connection, stream } = useDesktop();
  const status = useStore(connection, (state) => state.status);
  const [patient, setPatient] = useState(true);
  const broken = status === 'reconnecting' || status === 'connecting';

  useEffect(() => {
    setPatient(true);
    if (!broken) return;
    const timer = setTimeout(() => setPatient(false), GRACE_MS);
    return () => clearTimeout(timer);
  }, [broken]);

  return (
    <div role="status" aria-label="Connection" className={styles.place}>
      {broken && !patient && (
        <div className={styles.banner}>
          <span className="spinner" />
          <span>
            {status === 'connecting' ? 'Connecting…' : 'Reconnecting… what you see may be out of date.'}
          </span>
          <button type="button" className={styles.now} onClick={() => stream.retryNow()}>
            Try now
          </button>
        </div>
      )}
    </div>
  );
};
