import type { AppSummary } from '@matrix-os/contracts';
import { usePicture } from '../files/use-picture.ts';
import styles from './app-icon.module.css';

/** An app's emoji, or the SVG in its folder; as an image it can run nothing. */
export const AppIcon = ({
  app,
  size = 40,
}: {
  readonly app: Pick<AppSummary, 'name' | 'icon'>;
  readonly size?: number;
}) => {
  const drawn = /\.svg$/i.test(app.icon);
  // In its own folder: a path could lead elsewhere.
  const picture = usePicture(drawn && !app.icon.includes('/') ? `apps/${app.name}/${app.icon}` : null);
  return (
    <span
      className={styles.tile}
      style={
        { width: size, height: size, fontSize: size * 0.56, '--hue': hueOf(app.name) } as React.CSSProperties
      }
      aria-hidden="true"
    >
      {picture !== null && <img src={picture} alt="" />}
      {!drawn && app.icon}
    </span>
  );
};

/** A colour of its own for each app, the same everywhere. */
const hueOf = (name: string): number => {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.charCodeAt(0)) % 360;
  return hash;
};
