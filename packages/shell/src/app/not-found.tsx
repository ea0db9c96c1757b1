import { Wallpaper } from '../desktop/wallpaper.tsx';
import styles from './login/login.module.css';

export default function NotFound() {
  return (
    <main className={styles.page}>
      <Wallpaper />
      <div className={styles.card}>
        <h1>Nothing here</h1>
        <p>This address leads to no page of your Matrix OS.</p>
        <a className="button" data-kind="primary" href="/">
          Go to the desktop
        </a>
      </div>
    </main>
  );
}
