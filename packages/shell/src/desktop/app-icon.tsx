import type { AppSummary } from '@matrix-os/contracts';
import styles from './app-icon.module.css';

/** An app's emoji, or the SVG in its folder; as an image it can run nothing. */
export const AppIcon = ({
  app,
  size = 40,
}: {
  readonly app: Pick<AppSummary, 'name' | 'icon'>;
  readonly size?: number;
}) => (
  <span
    className={styles.tile}
    style={
      { width: size, height: size, fontSize: size * 0.56, '--hue': hueOf(app.name) } as React.CSSProperties
    }
    aria-hidden="true"
  >
    {/\.svg$/i.test(app.icon) ? (
      <img src={`/files/apps/${app.name}/${encodeURIComponent(app.icon)}`} alt="" />
    ) : (
      app.icon
    )}
  </span>
);

/** A colour of its own for each app, the same everywhere. */
const hueOf = (name: string): number => {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.charCodeAt(0)) % 360;
  return hash;
};
