import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useDesktop } from './desktop-context.tsx';

/** Puts the owner's mode and accent on the page. */
export const useTheme = (): void => {
  const { theme, shown } = useStore(useDesktop().theme.store);
  useEffect(() => {
    document.documentElement.dataset.theme = shown;
    document.documentElement.style.setProperty('--accent', theme.accent);
  }, [shown, theme.accent]);
};
