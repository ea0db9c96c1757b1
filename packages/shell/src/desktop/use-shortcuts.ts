import { useEffect } from 'react';
import { useDesktop } from './desktop-context.tsx';
import { SHORTCUTS } from './shortcuts.ts';

/** Runs the desktop's shortcuts; Ctrl + Alt + H shows them. */
export const useShortcuts = (onHelp: () => void, enabled: boolean): void => {
  const desktop = useDesktop();
  useEffect(() => {
    if (!enabled) return;
    const pressed = (event: KeyboardEvent) => {
      // AltGr arrives as Ctrl + Alt, and types characters.
      if (!event.ctrlKey || !event.altKey || event.metaKey || event.getModifierState('AltGraph')) return;
      const shortcut = SHORTCUTS.find(({ code }) => code === event.code);
      if (shortcut === undefined && event.code !== 'KeyH') return;
      event.preventDefault();
      event.stopPropagation();
      if (shortcut === undefined) onHelp();
      else shortcut.run(desktop);
    };
    window.addEventListener('keydown', pressed, { capture: true });
    return () => window.removeEventListener('keydown', pressed, { capture: true });
  });
};
