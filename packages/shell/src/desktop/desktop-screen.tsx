'use client';

import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { guardFocus } from '../apps/focus-guard.ts';
import { ConnectionBanner } from '../connection/connection-banner.tsx';
import { ScreenKeyboard } from '../keyboard/screen-keyboard.tsx';
import { SetupScreen } from '../setup/setup-screen.tsx';
import { builtIn } from './built-in.ts';
import type { Desktop } from './create-desktop.ts';
import { useDesktop } from './desktop-context.tsx';
import styles from './desktop-screen.module.css';
import { Dock } from './dock.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { Launcher } from './launcher.tsx';
import { Toasts } from './toasts.tsx';
import { useDesktopSize } from './use-desktop-size.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { useTheme } from './use-theme.ts';
import { WindowLayer } from './window-layer.tsx';

const ALIVE_MS = 1000;

export const DesktopScreen = () => {
  const desktop = useDesktop();
  const [helpOpen, setHelpOpen] = useState(false);
  const area = useDesktopSize();
  useTheme();
  const setup = useStore(desktop.setup.store, (state) => state.shown);
  const covered = setup !== 'no';
  useShortcuts(() => setHelpOpen(true), !covered);

  useEffect(() => void begin(desktop), [desktop]);

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

  useEffect(
    () => guardFocus(({ dataset }) => dataset.app !== undefined && desktop.apps.stop(dataset.app, 'focus')),
    [desktop],
  );

  useEffect(() => {
    const alive = () => desktop.windows.alive();
    const seen = () => (document.hidden ? desktop.leave() : alive());
    const left = () => desktop.leave();
    const timer = setInterval(alive, ALIVE_MS);
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('pagehide', left);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('pagehide', left);
    };
  }, [desktop]);

  return (
    <>
      <div className={styles.screen} data-setup={setup}>
        <h1 className="visually-hidden">Matrix OS</h1>
        <main ref={area} className={styles.area} inert={covered}>
          <Launcher />
          <WindowLayer />
        </main>
        <Dock inert={covered} onHelp={() => setHelpOpen(true)} />
        {(setup === 'first' || setup === 'again') && (
          <SetupScreen onClosed={(message) => enter(desktop, message)} />
        )}
        <ConnectionBanner />
        <Toasts />
        <HelpDialog open={helpOpen} onClose={() => setHelpOpen(false)} />
      </div>
      <ScreenKeyboard />
    </>
  );
};

const begin = async (desktop: Desktop): Promise<void> => {
  // Asked before any window is there, so that a home that waits for its setup shows nothing else first.
  const { shown } = desktop.setup.store.getState();
  if (shown === 'unknown') await desktop.setup.load().catch(() => undefined);
  await desktop.attempt('Your windows could not be restored', async () => {
    const closed = await desktop.windows.restore();
    if (closed.length > 0) await tellClosed(desktop, closed);
  });
  // A first visit has no layout: the chat is where everything begins.
  if (desktop.windows.store.getState().windows.length === 0) openChat(desktop);
};

/** The page before this one froze or died, and one of these may be why: whether they open again is the owner's choice. */
const tellClosed = async ({ apps, notices, openApp }: Desktop, closed: readonly string[]): Promise<void> => {
  await apps.refresh().catch(() => undefined);
  const titles = closed.map(
    (name) => apps.store.getState().apps.find((app) => app.name === name)?.title ?? name,
  );
  notices.add({
    level: 'warning',
    title: `Left closed: ${titles.join(', ')}`,
    message: 'The desktop stopped without warning while this was open.',
    action: { label: 'Open again', run: () => closed.forEach((name) => void openApp(name)) },
  });
};

/** Out of the setup, on to the desktop. */
const enter = (desktop: Desktop, message: string | undefined): void => {
  if (message !== undefined) {
    openChat(desktop);
    void desktop.chat.send(message);
  }
  // For a finger, the field would bring up a keyboard that nobody asked for. A machine's own screen tells whether it has a real one.
  const { ownScreen, on } = desktop.keyboard.store.getState();
  if ((ownScreen && !on) || !window.matchMedia('(pointer: coarse)').matches) desktop.chat.propose('');
};

const openChat = ({ windows }: Desktop): void => windows.open('chat', builtIn('chat')?.size);
