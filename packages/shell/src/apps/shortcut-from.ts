/** Longer than anybody takes to let go of a shortcut. */
const PATIENCE_MS = 2000;

/**
 * Runs a shortcut of the desktop that an app says was pressed in its frame, where the desktop does not hear keys. An app may
 * say anything, and a window that it could open would take what the owner is just typing. So the desktop takes the keyboard
 * and looks for itself: whoever pressed the shortcut still holds it, and this very key is heard coming up, with Ctrl + Alt or
 * just after them. Otherwise nothing happens, and the app has the keyboard again.
 */
export const shortcutFrom = (frame: HTMLIFrameElement, code: string): void => {
  if (document.activeElement !== frame) return;
  frame.blur();
  window.focus();
  let wereHeld = false;
  let ran = false;

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
    if (!ran && event.code === code) {
      ran = true;
      clearTimeout(timer);
      // A key that repeats is a shortcut of the desktop by now.
      if (event.type === 'keyup')
        window.dispatchEvent(new KeyboardEvent('keydown', { code, ctrlKey: true, altKey: true }));
    }
    if (ran && !event.ctrlKey && !event.altKey) end();
  };
  const end = (): void => {
    clearTimeout(timer);
    window.removeEventListener('keydown', heard, { capture: true });
    window.removeEventListener('keyup', heard, { capture: true });
    window.removeEventListener('blur', end);
    // A window that the shortcut opened takes the focus when it has been painted; else it is the app's again.
    const giveBack = (): void => {
      const isFree = document.activeElement === null || document.activeElement === document.body;
      const isOnTop = frame.closest('[data-focused="true"]') !== null;
      if (isFree && isOnTop) frame.focus({ preventScroll: true });
    };
    requestAnimationFrame(() => requestAnimationFrame(giveBack));
  };
  const timer = setTimeout(end, PATIENCE_MS);
  window.addEventListener('keydown', heard, { capture: true });
  window.addEventListener('keyup', heard, { capture: true });
  window.addEventListener('blur', end);
};
