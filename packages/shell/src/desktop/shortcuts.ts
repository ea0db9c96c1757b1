import { builtIn } from './built-in.ts';
import type { Desktop } from './create-desktop.ts';
import { focusedWindow } from './window-state.ts';

export interface Shortcut {
  /** `KeyboardEvent.code`, so that it is the same key on every layout. */
  readonly code: string;
  readonly label: string;
  readonly does: string;
  run(desktop: Desktop): void;
}

const MOVE = 32;

const open = (id: string) => (desktop: Desktop) => desktop.windows.open(id, builtIn(id)?.size);

const onFocused = (action: (desktop: Desktop, id: string) => void) => (desktop: Desktop) => {
  const id = focusedWindow(desktop.windows.store.getState().windows);
  if (id !== null) action(desktop, id);
};

const moveBy = (x: number, y: number) =>
  onFocused(({ windows }, id) => {
    const window = windows.store.getState().windows.find((one) => one.id === id);
    if (window !== undefined) windows.place(id, { x: window.x + x, y: window.y + y });
  });

/** All with Ctrl + Alt, which neither browsers nor text fields use. */
export const SHORTCUTS: readonly Shortcut[] = [
  {
    code: 'Space',
    label: 'Space',
    does: 'Chat: ask for something',
    run: ({ chat, windows }) => {
      windows.open('chat', builtIn('chat')?.size);
      chat.propose('');
    },
  },
  { code: 'KeyF', label: 'F', does: 'Files', run: open('files') },
  { code: 'KeyT', label: 'T', does: 'Terminal', run: open('terminal') },
  { code: 'KeyS', label: 'S', does: 'Settings', run: open('settings') },
  { code: 'KeyG', label: 'G', does: 'Get apps', run: open('gallery') },
  { code: 'Tab', label: 'Tab', does: 'Next window', run: ({ windows }) => windows.cycle() },
  { code: 'KeyN', label: 'N', does: 'Next window', run: ({ windows }) => windows.cycle() },
  {
    code: 'KeyW',
    label: 'W',
    does: 'Close the window',
    run: onFocused(({ windows }, id) => windows.close(id)),
  },
  {
    code: 'KeyM',
    label: 'M',
    does: 'Minimise the window',
    run: onFocused(({ windows }, id) => windows.minimize(id)),
  },
  {
    code: 'Enter',
    label: 'Enter',
    does: 'Maximise the window, or put it back',
    run: onFocused(({ windows }, id) => windows.toggleMaximized(id)),
  },
  { code: 'ArrowLeft', label: '←', does: 'Move the window', run: moveBy(-MOVE, 0) },
  { code: 'ArrowRight', label: '→', does: 'Move the window', run: moveBy(MOVE, 0) },
  { code: 'ArrowUp', label: '↑', does: 'Move the window', run: moveBy(0, -MOVE) },
  { code: 'ArrowDown', label: '↓', does: 'Move the window', run: moveBy(0, MOVE) },
];

/** For the help: what each does, once, and all its keys. */
export const shortcutHelp = (): ReadonlyMap<string, readonly string[]> =>
  SHORTCUTS.reduce(
    (help, { does, label }) => help.set(does, [...(help.get(does) ?? []), label]),
    new Map<string, string[]>(),
  );
