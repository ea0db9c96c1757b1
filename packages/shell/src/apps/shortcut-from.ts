/** Longer than anybody takes to let go of a shortcut. */
const PATIENCE_MS = 2000;

/**
 * Runs a shortcut of the desktop that an app says was pressed in its frame, where the desktop does not hear keys. An app may
 * say anything, and a window that it could open would take what the owner is just typing. So the desktop takes the keyboard
 * and looks for itself: whoever pressed Ctrl + Alt still holds them, and is heard letting go. Whoever was typing is not:
 * then nothing happens, and the app has the keyboard again.
 */
export const shortcutFrom = (frame: HTMLIFrameElement, code: string): void => {
  if (document.activeElement !== frame) return;
  frame.blur();
  window.focus();
  let ran = false;

  const heard = (event: KeyboardEvent): void => {
    if (!event.isTrusted) return;
    const letsGo = event.type === 'keyup' && (event.key === 'Control' || event.key === 'Alt');
    const isHeld = event.ctrlKey && event.altKey;
    if (!isHeld && !letsGo) {
      end();
      return;
    }
    if (!ran) {
      ran = true;
      clearTimeout(timer);
      // A key that repeats is a shortcut of the desktop by now.
      const isRepeated = event.type === 'keydown' && event.code === code;
      if (!isRepeated)
        window.dispatchEvent(new KeyboardEvent('keydown', { code, ctrlKey: true, altKey: true }));
    }
    if (!event.ctrlKey && !event.altKey) end();
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
