import type { CSSProperties } from 'react';
import styles from './wallpaper.module.css';

/** From the sky's one end to the other no channel of a colour takes more steps than this, so that none of them is seen. */
const BANDS = Array.from({ length: 40 }, (_, band) => band);

/** Hills at dusk or dawn, tinted with the owner's accent. Drawn, so that it is sharp on any screen and weighs nothing. */
export const Wallpaper = () => (
  <div className={styles.wallpaper} aria-hidden="true">
    {/* Bands of one colour each, not a gradient: where the processor draws, a gradient takes eight times as long. */}
    <svg
      role="presentation"
      viewBox={`0 0 1 ${BANDS.length}`}
      preserveAspectRatio="none"
      className={styles.sky}
    >
      {BANDS.map((band) => (
        <rect key={band} y={band} width="1" height="1.1" style={depth(band / (BANDS.length - 1))} />
      ))}
    </svg>
    <svg role="presentation" viewBox="0 0 1600 900" preserveAspectRatio="xMidYMax slice">
      <circle cx="1180" cy="330" r="120" className={styles.sun} />
      <path
        className={styles.far}
        d="M0 610C180 520 330 560 500 600s300-90 480-70 250 110 400 60 170-60 220-70v380H0Z"
      />
      <path
        className={styles.middle}
        d="M0 700c150-60 300-20 470 10s280-60 460-50 300 90 440 60 160-40 230-60v240H0Z"
      />
      <path className={styles.near} d="M0 800c220-70 420-30 640-10s380-60 560-40 280 40 400 10v140H0Z" />
    </svg>
  </div>
);

const depth = (share: number): CSSProperties => ({ '--depth': share.toFixed(3) }) as CSSProperties;
