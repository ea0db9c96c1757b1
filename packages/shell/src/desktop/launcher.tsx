import { AppIcon } from './app-icon.tsx';
import { builtIn } from './built-in.ts';
import { useApps, useDesktop } from './desktop-context.tsx';
import { Icon } from './icons.tsx';
import styles from './launcher.module.css';

/** The installed apps, on the wallpaper. */
export const Launcher = () => {
  const { openApp, windows } = useDesktop();
  const apps = useApps((state) => state.apps);
  const loaded = useApps((state) => state.loaded);
  return (
    <ul className={styles.icons} aria-label="Apps">
      {apps.map((app) => (
        <li key={app.name}>
          <button
            type="button"
            className={styles.icon}
            title={app.problem ?? app.description}
            data-broken={app.problem !== null}
            onClick={() => openApp(app.name)}
          >
            <AppIcon app={app} size={56} />
            <span>{app.title}</span>
          </button>
        </li>
      ))}
      {loaded && (
        <li>
          <button
            type="button"
            className={styles.icon}
            onClick={() => windows.open('gallery', builtIn('gallery')?.size)}
          >
            <span className={styles.get}>
              <Icon name="plus" size={26} />
            </span>
            <span>Get apps</span>
          </button>
        </li>
      )}
    </ul>
  );
};
