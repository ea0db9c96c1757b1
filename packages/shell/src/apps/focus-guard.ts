import { yieldsFocus } from '../desktop/yields-focus.ts';

/** Nobody types or clicks in a field and then reaches into an app within this, ms. */
const REACH_MS = 600;
/** A Tab brings the keyboard into a frame within this, ms. */
const TAB_MS = 300;
/** How long a frame can have no keyboard after it took it wrongly, ms. */
const INERT_MS = 100;
/** One that takes it again within this after that is no hand, ms. */
const AGAIN_MS = 150;
/** Times within `TRIES_MS` that an app is forgiven. */
const TRIES = 4;
const TRIES_MS = 5000;

/** The frame that the desktop itself gives the keyboard. */
let given: HTMLIFrameElement | undefined;

/** Puts the keyboard into an app's frame, as the owner wants it. */
export const focusFrame = (frame: HTMLIFrameElement): void => {
  given = frame;
  frame.focus({ preventScroll: true });
};

/**
 * Keeps apps from taking the keyboard out of a field of the desktop that the owner is using. No browser forbids a frame that:
 * it would read what is meant for the desktop. A hand in a frame can't be seen from here; but one that was in a field just
 * now can't be there yet, and then the keyboard goes back. `onStubborn` is told of a frame that keeps at it.
 */
export const guardFocus = (onStubborn: (frame: HTMLIFrameElement) => void): (() => void) => {
  const tries = new WeakMap<HTMLIFrameElement, readonly number[]>();
  let holder: Element | null = null;
  /** When the owner last typed or pressed in the desktop, outside of the frames. */
  let seenAt = Number.NEGATIVE_INFINITY;
  let tabAt = Number.NEGATIVE_INFINITY;

  const isTheft = (frame: HTMLIFrameElement, now: number): boolean => {
    const isInUse = holder?.checkVisibility() === true && !holder.matches('iframe') && !yieldsFocus(holder);
    if (!isInUse || frame === given || now - tabAt < TAB_MS) return false;
    const last = tries.get(frame)?.at(-1) ?? Number.NEGATIVE_INFINITY;
    return now - seenAt < REACH_MS || now - last < INERT_MS + AGAIN_MS;
  };

  const check = (): void => {
    const active = document.activeElement;
    if (active === null || active === document.body) return;
    const now = performance.now();
    if (active instanceof HTMLIFrameElement && active !== holder && isTheft(active, now))
      takeBack(active, now);
    else {
      holder = active;
      given = undefined;
    }
  };

  const takeBack = (thief: HTMLIFrameElement, now: number): void => {
    // Nothing can take the keyboard then, nor is it taken along with a frame that is taken away.
    thief.inert = true;
    // Later: while the browser is still moving the keyboard, it would be given in name only.
    setTimeout(giveTo, 0, holder, thief);
    const recent = [...(tries.get(thief) ?? []), now].filter((at) => now - at < TRIES_MS);
    tries.set(thief, recent);
    setTimeout(() => {
      if (recent.length >= TRIES) onStubborn(thief);
      else thief.inert = false;
    }, INERT_MS);
  };

  const giveTo = (field: HTMLElement, thief: HTMLIFrameElement): void => {
    const active = document.activeElement;
    // The owner may have gone elsewhere.
    if (active !== thief && active !== field && active !== document.body) return;
    thief.blur();
    window.focus();
    field.focus({ preventScroll: true });
  };

  const seen = (event: Event): void => {
    if (event instanceof KeyboardEvent && event.key === 'Tab') tabAt = performance.now();
    else seenAt = performance.now();
  };

  const stop = new AbortController();
  const { signal } = stop;
  window.addEventListener('blur', check, { signal });
  document.addEventListener('focusin', check, { signal });
  for (const name of ['keydown', 'pointerdown'])
    window.addEventListener(name, seen, { signal, capture: true });
  return () => stop.abort();
};
