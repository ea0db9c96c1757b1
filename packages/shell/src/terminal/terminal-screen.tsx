import { FitAddon } from '@xterm/addon-fit';
import { type ITheme, Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { socketUrl } from '../connection/socket-url.ts';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { focusOnMount } from '../desktop/focus-on-mount.ts';
import styles from './terminal.module.css';
import { terminalInput } from './terminal-keys.ts';
import { openTerminal, type TerminalEnd } from './terminal-session.ts';

const THEMES: Readonly<Record<'light' | 'dark', ITheme>> = {
  dark: {
    background: '#14181f',
    foreground: '#dfe5ee',
    cursor: '#dfe5ee',
    selectionBackground: '#3a4a6b',
    blue: '#7aa2f7',
    brightBlack: '#76808f',
  },
  light: {
    background: '#fbfbfa',
    foreground: '#1f2733',
    cursor: '#1f2733',
    cursorAccent: '#fbfbfa',
    selectionBackground: '#c9d8ff',
    black: '#1f2733',
    red: '#b3261e',
    green: '#1d6f42',
    yellow: '#7f5a00',
    blue: '#2453c9',
    magenta: '#8e2f8b',
    cyan: '#0b6e75',
    white: '#5a6575',
    brightBlack: '#6e7887',
    brightRed: '#c4392f',
    brightGreen: '#25804f',
    brightYellow: '#8f6a0a',
    brightBlue: '#3a67dd',
    brightMagenta: '#a341a0',
    brightCyan: '#14808a',
    brightWhite: '#1f2733',
  },
};

/** A shell in the home. When it ends, the next one starts on the same screen. */
export const TerminalScreen = () => {
  const { keyboard, theme } = useDesktop();
  const shown = useStore(theme.store, (state) => state.shown);
  const box = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal | null>(null);
  const [end, setEnd] = useState<TerminalEnd | null>(null);
  const [run, setRun] = useState(0);

  useEffect(() => {
    if (box.current === null) return;
    const made = new Terminal({
      fontFamily: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
      fontSize: 13,
      cursorBlink: true,
      scrollback: 5000,
      screenReaderMode: false,
    });
    const fit = new FitAddon();
    made.loadAddon(fit);
    made.open(box.current);
    terminal.current = made;
    const observer = new ResizeObserver(([entry]) => {
      // A minimised window has no size, and a shell of 2 columns would wrap everything it says.
      if (entry !== undefined && entry.contentRect.width > 40) fit.fit();
    });
    fit.fit();
    made.focus();
    observer.observe(box.current);
    const stopTaking = keyboard.takes({
      element: box.current,
      field: () => 'terminal',
      press: (press) => made.input(terminalInput(press, made.modes.applicationCursorKeysMode)),
    });
    return () => {
      stopTaking();
      observer.disconnect();
      made.dispose();
      terminal.current = null;
    };
  }, [keyboard]);

  useEffect(() => {
    if (terminal.current) terminal.current.options.theme = THEMES[shown];
  }, [shown]);
  useEffect(() => {
    const screen = terminal.current;
    if (screen === null) return;
    setEnd(null);
    const session = openTerminal({
      url: socketUrl('/ws/terminal', window.location),
      cols: screen.cols,
      rows: screen.rows,
      onOutput: (bytes) => screen.write(bytes),
      onEnd: setEnd,
    });
    const listening = [
      screen.onData((data) => session.input(data)),
      screen.onResize(({ cols, rows }) => session.resize(cols, rows)),
    ];
    return () => {
      for (const one of listening) one.dispose();
      session.close();
    };
  }, [run]);

  return (
    <div className={styles.terminal} data-theme={shown}>
      <div ref={box} className={styles.screen} />
      {end !== null && (
        <div className={styles.end} role="alert">
          <span>
            {end.kind === 'exit'
              ? `The shell ended (${end.code}).`
              : `The connection to the shell was lost. ${end.reason}`}
          </span>
          <button
            type="button"
            ref={focusOnMount}
            className="button"
            onClick={() => {
              terminal.current?.write('\r\n');
              terminal.current?.focus();
              setRun(run + 1);
            }}
          >
            New shell
          </button>
        </div>
      )}
    </div>
  );
};
