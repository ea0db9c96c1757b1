import type { GalleryEntry } from '@matrix-os/contracts';
import { useState } from 'react';
import { AppIcon } from '../desktop/app-icon.tsx';
import { useApps, useDesktop } from '../desktop/desktop-context.tsx';
import { focusOnMount } from '../desktop/focus-on-mount.ts';
import styles from './apps.module.css';

/** Everything that is installed or could be. */
export const GalleryWindow = () => {
  const apps = useApps((state) => state.apps);
  const gallery = useApps((state) => state.gallery);
  const loaded = useApps((state) => state.loaded);
  const own = apps.filter((app) => !gallery.some((entry) => entry.name === app.name));
  const entries = [...gallery, ...own.map((app) => ({ ...app, installed: true, keywords: [] }))];
  if (!loaded) {
    return (
      <p role="status" className={styles.trouble}>
        <span className="spinner" /> Loading…
      </p>
    );
  }
  return (
    <div className={styles.gallery}>
      <p>These become files in your home, yours to change. For anything else, ask in the chat.</p>
      <ul className={styles.cards}>
        {entries.map((entry) => (
          <GalleryCard key={entry.name} entry={entry} />
        ))}
      </ul>
    </div>
  );
};

const GalleryCard = ({ entry }: { readonly entry: GalleryEntry }) => {
  const { apps, attempt, notices, openApp, windows } = useDesktop();
  const [state, setState] = useState<'idle' | 'busy' | 'removing'>('idle');
  const installed = useApps((all) => all.apps.some(({ name }) => name === entry.name));

  const install = async () => {
    setState('busy');
    if (await attempt(`${entry.title} could not be installed`, () => apps.install(entry.name)))
      openApp(entry.name);
    setState('idle');
  };
  const remove = async () => {
    setState('busy');
    windows.close(`app:${entry.name}`);
    await attempt(`${entry.title} could not be removed`, async () => {
      const trash = await apps.remove(entry.name);
      const restore = () => attempt(`${entry.title} could not be restored`, () => apps.restore(trash));
      notices.add({
        level: 'info',
        title: `${entry.title} was removed`,
        message: '',
        action: { label: 'Undo', run: () => void restore() },
      });
    });
    setState('idle');
  };

  return (
    <li className={styles.card} aria-label={entry.title}>
      <AppIcon app={entry} size={48} />
      <h3>{entry.title}</h3>
      <p>{entry.description}</p>
      <div className={styles.actions}>
        {!installed && (
          <button
            type="button"
            className="button"
            data-kind="primary"
            disabled={state === 'busy'}
            onClick={() => void install()}
          >
            {state === 'busy' ? 'Installing…' : 'Install'}
          </button>
        )}
        {installed && state !== 'removing' && (
          <>
            <button type="button" className="button" onClick={() => openApp(entry.name)}>
              Open
            </button>
            <button
              type="button"
              className="button"
              data-kind="quiet"
              disabled={state === 'busy'}
              onClick={() => setState('removing')}
            >
              Remove
            </button>
          </>
        )}
        {installed && state === 'removing' && (
          <>
            <button type="button" className="button" data-kind="danger" onClick={() => void remove()}>
              Remove with its data
            </button>
            <button type="button" className="button" ref={focusOnMount} onClick={() => setState('idle')}>
              Keep
            </button>
          </>
        )}
      </div>
    </li>
  );
};
