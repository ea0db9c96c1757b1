import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { AppIcon } from './app-icon.tsx';
import { BUILT_IN, builtIn } from './built-in.ts';
import { useApps, useDesktop, useWindows } from './desktop-context.tsx';
import styles from './dock.module.css';
import { Icon } from './icons.tsx';
import { NoticeButton } from './notice-button.tsx';
import notices from './notices.module.css';
import { focusedWindow } from './window-state.ts';

export const Dock = ({ inert, onHelp }: { readonly inert: boolean; readonly onHelp: () => void }) => {
  const desktop = useDesktop();
  const { windows } = desktop;
  const proposed = useStore(desktop.proposals.store, (state) => state.list.length);
  const open = useWindows((state) => state.windows);
  const apps = useApps((state) => state.apps);
  const focused = focusedWindow(open);

  const press = (id: string) => {
    // A press on the window in front puts it away, as in any dock.
    if (id === focused) windows.minimize(id);
    else windows.open(id, builtIn(id)?.size);
  };
  const item = (id: string, title: string, picture: ReactNode) => {
    const running = open.some((window) => window.id === id);
    const proposals = id === 'chat' ? proposed : 0;
    return (
      <li key={id}>
        <button
          type="button"
          className={styles.item}
          aria-label={proposals > 0 ? `${title}, ${proposals} proposed by apps` : title}
          aria-pressed={running}
          data-focused={id === focused}
          title={title}
          onClick={() => press(id)}
        >
          {picture}
          {running && <span className={styles.running} />}
          {proposals > 0 && <span className={notices.badge}>{proposals}</span>}
        </button>
      </li>
    );
  };
  const running = apps
    .filter((app) => open.some(({ id }) => id === `app:${app.name}`))
    .map((app) => item(`app:${app.name}`, app.title, <AppIcon app={app} size={38} />));

  return (
    <nav className={styles.dock} aria-label="Dock" inert={inert}>
      <ul className={styles.items}>
        {BUILT_IN.map(({ id, title, icon }) => item(id, title, <Icon name={icon} size={24} />))}
        {running.length > 0 && <li className={styles.divider} aria-hidden="true" />}
        {running}
        <li className={styles.divider} aria-hidden="true" />
        <li>
          <NoticeButton className={styles.item} />
        </li>
        <li className={styles.help}>
          <button
            type="button"
            className={styles.item}
            aria-label="Help"
            title="Keyboard shortcuts"
            onClick={onHelp}
          >
            <Icon name="help" size={22} />
          </button>
        </li>
      </ul>
    </nav>
  );
};
