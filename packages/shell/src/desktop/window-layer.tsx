import { AppWindow } from '../apps/app-window.tsx';
import { GalleryWindow } from '../apps/gallery-window.tsx';
import { ChatWindow } from '../chat/chat-window.tsx';
import { FilesWindow } from '../files/files-window.tsx';
import { SettingsWindow } from '../settings/settings-window.tsx';
import { TerminalWindow } from '../terminal/terminal-window.tsx';
import { useApps, useWindows } from './desktop-context.tsx';
import { WindowFrame } from './window-frame.tsx';
import { focusedWindow } from './window-state.ts';

const CONTENT = {
  chat: ChatWindow,
  files: FilesWindow,
  terminal: TerminalWindow,
  settings: SettingsWindow,
  gallery: GalleryWindow,
} as const;

/** The open windows. They stay in one order in the document: moving a frame there would load its app anew. */
export const WindowLayer = () => {
  const windows = useWindows((state) => state.windows);
  const loaded = useApps((state) => state.loaded);
  const focused = focusedWindow(windows);
  return windows
    .map((window, z) => ({ window, z }))
    .toSorted((a, b) => a.window.id.localeCompare(b.window.id))
    .map(({ window, z }) => {
      const content = contentOf(window.id, loaded);
      return (
        content !== null && (
          <WindowFrame key={window.id} window={window} z={z} focused={window.id === focused}>
            {content}
          </WindowFrame>
        )
      );
    });
};

const contentOf = (id: string, appsLoaded: boolean) => {
  if (id.startsWith('app:')) return appsLoaded ? <AppWindow name={id.slice('app:'.length)} /> : null;
  const Content = Object.hasOwn(CONTENT, id) ? CONTENT[id as keyof typeof CONTENT] : undefined;
  return Content === undefined ? null : <Content />;
};
