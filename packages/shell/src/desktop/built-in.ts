import type { IconName } from './icons.tsx';
import type { Size } from './window-state.ts';

export interface BuiltIn {
  readonly id: 'chat' | 'files' | 'terminal' | 'settings' | 'gallery';
  readonly title: string;
  readonly icon: IconName;
  readonly size: Size;
}

/** The windows that come with the desktop, in the order of the dock. */
export const BUILT_IN: readonly BuiltIn[] = [
  { id: 'chat', title: 'Chat', icon: 'chat', size: { width: 400, height: 640 } },
  { id: 'files', title: 'Files', icon: 'files', size: { width: 720, height: 520 } },
  { id: 'terminal', title: 'Terminal', icon: 'terminal', size: { width: 720, height: 460 } },
  { id: 'settings', title: 'Settings', icon: 'settings', size: { width: 620, height: 660 } },
  { id: 'gallery', title: 'Get apps', icon: 'gallery', size: { width: 720, height: 560 } },
];

export const builtIn = (id: string): BuiltIn | undefined => BUILT_IN.find((one) => one.id === id);
