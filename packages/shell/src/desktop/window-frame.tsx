import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useStore } from 'zustand';
import { AppIcon } from './app-icon.tsx';
import { builtIn } from './built-in.ts';
import { useApps, useDesktop, useWindows } from './desktop-context.tsx';
import { Icon } from './icons.tsx';
import { useNarrow } from './use-narrow.ts';
import { useWindowDrag } from './use-window-drag.ts';
import styles from './window-frame.module.css';
import { type DesktopWindow, type Grip, keepInReach, keepWhole } from './window-state.ts';

interface Props {
  readonly window: DesktopWindow;
  readonly z: number;
  readonly focused: boolean;
  readonly children: ReactNode;
}

const EDGES: readonly Grip[] = ['n', 's', 'e', 'w', 'ne', 'nw', 'se', 'sw'];

export const WindowFrame = ({ window: { id, ...window }, z, focused, children }: Props) => {
  const { keyboard, windows } = useDesktop();
  const typing = useStore(keyboard.store, (state) => state.on && state.field !== 'none' && !state.hidden);
  const area = useWindows((state) => state.area);
  const narrow = useNarrow();
  const section = useRef<HTMLElement>(null);
  const titleId = useId();
  const full = window.maximized || narrow;
  const place = full ? { x: 0, y: 0, ...area } : keepInReach(window, area);
  const { live, grip } = useWindowDrag(place, (rect) => windows.place(id, rect));
  const reached = live === null ? place : keepInReach(live, area);
  // What is typed into stays above the screen keyboard, also in a window that hung over the lower edge.
  const { x, y, width, height } = typing && focused ? keepWhole(reached, area) : reached;

  useFrameFocus(section, () => windows.focus(id));
  useEffect(() => {
    // Only when the keyboard is nowhere: a window that opens takes no words from one being typed in.
    if (focused && document.activeElement === document.body) section.current?.focus({ preventScroll: true });
  }, [focused]);

  return (
    <section
      ref={section}
      className={styles.frame}
      style={{
        zIndex: z + 1,
        display: window.minimized ? 'none' : undefined,
        transform: `translate(${x}px, ${y}px)`,
        width,
        height,
      }}
      data-focused={focused}
      data-full={full}
      tabIndex={-1}
      role="dialog"
      aria-labelledby={titleId}
      onFocus={() => windows.focus(id)}
      onPointerDown={() => windows.focus(id)}
    >
      <TitleBar
        id={id}
        titleId={titleId}
        maximized={window.maximized}
        narrow={narrow}
        grip={full ? undefined : grip('move')}
      />
      <div className={styles.content}>{children}</div>
      {!full &&
        EDGES.map((edge) => <div key={edge} className={styles.edge} data-edge={edge} {...grip(edge)} />)}
    </section>
  );
};

interface TitleBarProps {
  readonly id: string;
  readonly titleId: string;
  readonly maximized: boolean;
  readonly narrow: boolean;
  readonly grip: ReturnType<ReturnType<typeof useWindowDrag>['grip']> | undefined;
}

const TitleBar = (props: TitleBarProps) => {
  const { id } = props;
  const { windows } = useDesktop();
  const own = builtIn(id);
  const app = useApps((state) => state.apps.find((one) => `app:${one.name}` === id));
  const given = useApps((state) => state.titles[id.slice('app:'.length)]);
  const title = own?.title ?? app?.title ?? id.slice('app:'.length);
  const doubleClicked = (event: React.MouseEvent) => {
    const onButton = event.target instanceof Element && event.target.closest('button') !== null;
    if (!onButton) windows.toggleMaximized(id);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons and shortcuts do the same from the keyboard
    <header className={styles.bar} onDoubleClick={doubleClicked} {...props.grip}>
      <span className={styles.icon}>
        {own ? <Icon name={own.icon} size={17} /> : app && <AppIcon app={app} size={20} />}
      </span>
      <h2 id={props.titleId} className={styles.title}>
        {title}
      </h2>
      {/* Beside the app's name, never in its place: an app can't pass for another window. */}
      {given && (
        <span className={styles.given}>{given.startsWith(title) ? given.slice(title.length) : given}</span>
      )}
      <span className={styles.controls}>
        <button type="button" aria-label={`Minimise ${title}`} onClick={() => windows.minimize(id)}>
          <Icon name="minimize" size={16} />
        </button>
        {!props.narrow && (
          <button
            type="button"
            aria-label={`${props.maximized ? 'Restore' : 'Maximise'} ${title}`}
            onClick={() => windows.toggleMaximized(id)}
          >
            <Icon name={props.maximized ? 'restore' : 'maximize'} size={16} />
          </button>
        )}
        <button
          type="button"
          className={styles.close}
          aria-label={`Close ${title}`}
          onClick={() => windows.close(id)}
        >
          <Icon name="close" size={16} />
        </button>
      </span>
    </header>
  );
};

/** A click inside an app's frame reaches only the frame; that the page lost the focus to it tells us. */
const useFrameFocus = (section: React.RefObject<HTMLElement | null>, onFocus: () => void) => {
  const latest = useRef(onFocus);
  latest.current = onFocus;
  useEffect(() => {
    const blurred = () => {
      const active = document.activeElement;
      if (active instanceof HTMLIFrameElement && section.current?.contains(active)) latest.current();
    };
    window.addEventListener('blur', blurred);
    return () => window.removeEventListener('blur', blurred);
  }, [section]);
};
