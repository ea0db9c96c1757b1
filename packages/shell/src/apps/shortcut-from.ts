import { focusFrame } from './focus-guard.ts';

/** Longer than anybody takes to let go of a shortcut. */
const PATIENCE_MS = 2000;

/** A look at who holds the keys; there is one keyboard, so there is one at a time. */
interface Look {
  readonly frame: HTMLIFrameElement;
  /** The app names one more key. */
  name(code: string): void;
}
let underWay: Look | undefined;

/**
 * Runs a shortcut of the desktop that an app says was pressed in its frame, where the desktop does not hear keys. An app may
 * say anything, and a window that it could open would take what the owner is just typing. So the desktop takes the keyboard
 * and looks for itself: whoever pressed the shortcut still holds it, and this very key is heard coming up, with Ctrl + Alt or
 * just after them. Otherwise nothing happens, and the app has the keyboard again.
 *
 * What an app names first may be wrong; it must not cover up what was pressed. So it may name as many keys as it likes, and
 * one of them that was really held is run.
 */
export const shortcutFrom = (frame: HTMLIFrameElement, code: string): void => {
  if (underWay?.frame === frame) {
    underWay.name(code);
    return;
  }
  if (document.activeElement !== frame) return;
  frame.blur();
  window.focus();
  let wereHeld = false;
  let ran = false;
  const named = new Set([code]);
  /** Went down when the desktop had the keyboard already, which has run what they stand for. */
  const wentDown = new Set<string>();
  const cameUp = new Set<string>();

  /** Runs the key that the app has named and the desktop has only heard coming up. */
  const runNamed = (): void => {
    const pressed = [...cameUp].find((key) => named.has(key));
    if (ran || pressed === undefined) return;
    done();
    window.dispatchEvent(new KeyboardEvent('keydown', { code: pressed, ctrlKey: true, altKey: true }));
  };
  const done = (): void => {
    ran = true;
    clearTimeout(timer);
  };
  const heard = (event: KeyboardEvent): void => {
    if (!event.isTrusted) return;
    const areHeld = event.ctrlKey && event.altKey;
    // When one of the two comes up, the other is still down.
    const oneCameUp =
      event.type === 'keyup' &&
      ((event.key === 'Control' && event.altKey) || (event.key === 'Alt' && event.ctrlKey));
    wereHeld ||= areHeld || oneCameUp;
    if (!wereHeld || (event.type === 'keydown' && !areHeld)) {
      end();
      return;
    }
    if (event.type === 'keydown') {
      wentDown.add(event.code);
      if (named.has(event.code)) done();
    } else if (!wentDown.has(event.code)) {
      cameUp.add(event.code);
      runNamed();
    }
    if (ran && !event.ctrlKey && !event.altKey) end();
  };
  const end = (): void => {
    underWay = undefined;
    clearTimeout(timer);
    window.removeEventListener('keydown', heard, { capture: true });
    window.removeEventListener('keyup', heard, { capture: true });
    window.removeEventListener('blur', end);
    // A window that the shortcut opened takes the focus when it has been painted; else it is the app's again.
    const giveBack = (): void => {
      const isFree = document.activeElement === null || document.activeElement === document.body;
      const isOnTop = frame.closest('[data-focused="true"]') !== null;
      if (isFree && isOnTop) focusFrame(frame);
    };
    requestAnimationFrame(() => requestAnimationFrame(giveBack));
  };
  const timer = setTimeout(end, PATIENCE_MS);
  underWay = {
    frame,
    name: (key) => {
      named.add(key);
      runNamed();
    },
  };
  window.addEventListener('keydown', heard, { capture: true });
  window.addEventListener('keyup', heard, { capture: true });
  window.addEventListener('blur', end);
};
