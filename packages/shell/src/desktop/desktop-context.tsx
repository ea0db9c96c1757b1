'use client';

import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Desktop } from './create-desktop.ts';

const DesktopContext = createContext<Desktop | null>(null);

export const DesktopProvider = DesktopContext.Provider;

export const useDesktop = (): Desktop => {
  const desktop = useContext(DesktopContext);
  if (desktop === null) throw new Error('useDesktop is used outside of the desktop');
  return desktop;
};

export const useChat = <T,>(select: (state: ReturnType<Desktop['chat']['store']['getState']>) => T): T =>
  useStore(useDesktop().chat.store, select);

export const useApps = <T,>(select: (state: ReturnType<Desktop['apps']['store']['getState']>) => T): T =>
  useStore(useDesktop().apps.store, select);

export const useWindows = <T,>(
  select: (state: ReturnType<Desktop['windows']['store']['getState']>) => T,
): T => useStore(useDesktop().windows.store, select);
