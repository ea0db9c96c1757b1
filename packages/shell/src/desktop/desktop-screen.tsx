'use client';

import { useEffect, useState } from 'react';
import { ConnectionBanner } from '../connection/connection-banner.tsx';
import { builtIn } from './built-in.ts';
import { useDesktop } from './desktop-context.tsx';
import styles from './desktop-screen.module.css';
import { Dock } from './dock.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { Launcher } from './launcher.tsx';
import { Toasts } from './toasts.tsx';
import { useDesktopSize } from './use-desktop-size.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { useTheme } from './use-theme.ts';
import { Wallpaper } from './wallpaper.tsx';
import { WindowLayer } from './window-layer.tsx';

export const DesktopScreen = () => {
  const desktop = useDesktop();
  const [helpOpen, setHelpOpen] = useState(false);
  const area = useDesktopSize();
  useTheme();
  useShortcuts(() => setHelpOpen(true));

  useEffect(() => {
    // A first visit has no layout: the chat is where everything begins.
    void desktop
      .attempt('Your windows could not be restored', () => desktop.windows.restore())
      .then(() => {
        if (desktop.windows.store.getState().windows.length === 0)
          desktop.windows.open('chat', builtIn('chat')?.size);
      });
  }, [desktop]);

  useEffect(() => {
    const touched = () => desktop.stream.touched();
    const back = () => desktop.stream.retryNow();
    const events = ['pointerdown', 'keydown', 'wheel'] as const;
    for (const name of events) window.addEventListener(name, touched, { passive: true });
    window.addEventListener('online', back);
    document.addEventListener('visibilitychange', back);
    return () => {
      for (const name of events) window.removeEventListener(name, touched);
      window.removeEventListener('online', back);
      document.removeEventListener('visibilitychange', back);
    };
  }, [desktop]);

  return (
    <div className={styles.screen}>
      <Wallpaper />
      <h1 className="visually-hidden">Matrix OS</h1>
      <main ref={area} className={styles.area}>
        <Launcher />
        <WindowLayer />
      </main>
      <Dock onHelp={() => setHelpOpen(true)} />
      <ConnectionBanner />
      <Toasts />
      <HelpDialog open={helpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
};
