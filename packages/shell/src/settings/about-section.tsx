import { type Protection, SystemInfo } from '@matrix-os/contracts';
import { useEffect, useState } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { formatBytes } from '../files/paths.ts';
import styles from './settings.module.css';

const PROTECTION: Readonly<Record<Protection, string>> = {
  landlock:
    'behind a wall: your home, a temporary folder and the machine’s programs. Anything else opens for one command, after your yes. The network is not walled.',
  sandbox: 'with its commands in a sandbox; its other tools go by your yes',
  none: 'without a wall on this machine: only your yes keeps it in your home',
};

export const AboutSection = () => {
  const { api, attempt } = useDesktop();
  const [system, setSystem] = useState<SystemInfo | null>(null);

  useEffect(() => {
    void attempt('The system could not be asked', async () =>
      setSystem(await api.get('/api/system', SystemInfo)),
    );
  }, [api, attempt]);

  const logOut = () =>
    attempt('You are still signed in', async () => {
      await api.send('POST', '/auth/logout');
      window.location.replace('/login');
    });

  const facts: readonly (readonly [string, string])[] =
    system === null
      ? []
      : [
          ['Version', system.version],
          ['Commit', system.commit ?? 'unknown'],
          ['Home', system.home],
          ['Undo', system.undo ? 'yes' : 'no: git is not installed'],
          ['The kernel works', PROTECTION[system.protection]],
          ['System', `${system.platform}, Node ${system.node}`],
          [
            'Memory free',
            `${formatBytes(system.memoryBytes.free)} of ${formatBytes(system.memoryBytes.total)}`,
          ],
          ...(system.diskBytes === null
            ? []
            : [
                [
                  'Disk free',
                  `${formatBytes(system.diskBytes.free)} of ${formatBytes(system.diskBytes.total)}`,
                ] as const,
              ]),
          ['Running since', new Date(system.startedAt).toLocaleString()],
        ];

  return (
    <section aria-labelledby="about">
      <h3 id="about">About</h3>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.hint}>
        To sign in on another device, run <code>npm run matrix -- link</code> where Matrix OS runs.
      </p>
      <button type="button" className="button" onClick={() => void logOut()}>
        Log out
      </button>
    </section>
  );
};
