import type { KeyboardField } from '@matrix-os/contracts';
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { explain } from '../connection/api.ts';
import { useApps, useDesktop, useWindows } from '../desktop/desktop-context.tsx';
import { yieldsFocus } from '../desktop/yields-focus.ts';
import styles from './apps.module.css';
import { type BridgeHost, createBridgeHost } from './bridge-host.ts';
import { focusFrame } from './focus-guard.ts';
import { shortcutFrom } from './shortcut-from.ts';

/**
 * Never with `allow-same-origin`: the app's origin stays opaque, and the owner's session out of its reach. Nor with
 * `allow-modals`: an `alert` stops the whole desktop, and looks like its own.
 */
const SANDBOX = 'allow-scripts allow-forms allow-pointer-lock allow-downloads';

/** An app, in a frame that can reach nothing but the bridge. */
export const AppWindow = ({ name }: { readonly name: string }) => {
  const { apps } = useDesktop();
  const app = useApps((state) => state.apps.find((one) => one.name === name));
  const version = useApps((state) => state.versions[name] ?? 0);
  const [attempt, setAttempt] = useState(0);
  const [url, setUrl] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const stopped = useApps((state) => state.stopped[name]);
  const openable = app !== undefined && app.problem === null;

  useEffect(() => {
    if (!openable) return setUrl(null);
    let gone = false;
    apps.opening(name).then(
      (opening) => {
        if (gone) return;
        setProblem(null);
        setUrl(opening.url);
      },
      (error: unknown) => !gone && setProblem(explain(error)),
    );
    return () => {
      gone = true;
    };
  }, [apps, name, openable, version, attempt]);

  const trouble = app === undefined ? 'This app is not installed any more.' : (app.problem ?? problem);
  if (trouble !== null && (url === null || !openable)) {
    return (
      <div className={styles.trouble} role="alert">
        <p>{trouble}</p>
        <button type="button" className="button" onClick={() => setAttempt(attempt + 1)}>
          Try again
        </button>
      </div>
    );
  }
  if (stopped !== undefined) {
    return (
      <div className={styles.trouble} role="alert">
        <p>This app was stopped because it {STOPPED[stopped]}. What it had saved is kept.</p>
        <button type="button" className="button" onClick={() => apps.start(name)}>
          Start it again
        </button>
      </div>
    );
  }
  if (url === null) return <Opening />;
  return <AppFrame key={`${url}#${version}`} name={name} title={app?.title ?? name} url={url} />;
};

const Opening = () => (
  <p className={styles.trouble} role="status">
    <span className="spinner" /> Opening…
  </p>
);

const STOPPED = {
  flood: 'kept Matrix OS too busy',
  focus: 'kept taking the keyboard while you were typing elsewhere',
} as const;

const AppFrame = (props: { readonly name: string; readonly title: string; readonly url: string }) => {
  const { name, title } = props;
  const frame = useRef<HTMLIFrameElement>(null);
  const host = useBridge(name, title, frame);
  const { keyboard, theme, windows } = useDesktop();
  const typing = useStore(keyboard.store, (state) => state.on);
  const shown = useStore(theme.store, (state) => state.shown);
  const wanted = useWindows((state) => state.wantsFocus === `app:${name}`);
  const [loaded, setLoaded] = useState(false);

  useEffect(() => {
    host.current?.tell({ matrix: 1, event: 'theme', theme: shown });
  }, [host, shown]);

  useEffect(() => {
    if (loaded) host.current?.tell({ matrix: 1, event: 'keyboard', on: typing });
  }, [host, typing, loaded]);

  useEffect(() => {
    if (!wanted || !loaded) return;
    windows.focusGiven();
    if (frame.current !== null && yieldsFocus(document.activeElement)) focusFrame(frame.current);
  }, [windows, wanted, loaded]);

  // Inert until its scripts have run: a line that is typed and sent before that would be lost without a word.
  return (
    <div className={styles.app}>
      {!loaded && <Opening />}
      <iframe
        ref={frame}
        className={styles.frame}
        title={title}
        data-app={name}
        src={props.url}
        sandbox={SANDBOX}
        allow=""
        inert={!loaded}
        onLoad={() => setLoaded(true)}
      />
    </div>
  );
};

const useBridge = (name: string, title: string, frame: React.RefObject<HTMLIFrameElement | null>) => {
  const { api, apps, inOrder, keyboard, notices, propose, theme } = useDesktop();
  const host = useRef<BridgeHost | null>(null);

  useEffect(() => {
    let field: KeyboardField = 'none';
    const bridge = createBridgeHost({
      app: name,
      api,
      inOrder,
      // An opaque origin can't be named as a target; the frame's own window is the address.
      post: (message) => frame.current?.contentWindow?.postMessage(message, '*'),
      desk: {
        propose: (text) => propose({ app: name, title, text }),
        notify: (head, message) => notices.add({ level: 'info', title: `${title}: ${head}`, message }),
        setTitle: (text) => apps.setTitle(name, text),
        theme: () => theme.store.getState().shown,
        fieldChanged(now) {
          field = now;
          // One in the background is heard when it comes to the front.
          if (document.activeElement === frame.current) keyboard.look(true);
        },
        shortcut: (code) => frame.current !== null && shortcutFrom(frame.current, code),
        flooded: () => apps.stop(name, 'flood'),
      },
    });
    host.current = bridge;
    // Keys go to the frame that has the focus, whatever an app says of itself.
    const stopTaking =
      frame.current === null
        ? undefined
        : keyboard.takes({
            element: frame.current,
            field: () => field,
            press: ({ key, ctrl }) => bridge.tell({ matrix: 1, event: 'key', key, ctrl }),
          });
    const received = (event: MessageEvent<unknown>) => {
      if (event.source !== null && event.source === frame.current?.contentWindow)
        void bridge.receive(() => event.data);
    };
    window.addEventListener('message', received);
    const unsubscribe = apps.onDataChanged(name, (key) => void bridge.dataChanged(key));
    return () => {
      window.removeEventListener('message', received);
      unsubscribe();
      stopTaking?.();
    };
  }, [api, apps, inOrder, keyboard, notices, propose, theme, name, title, frame]);

  return host;
};
