/**
 * Runs in the page's head, as text: the screen of a machine has a pointer in its middle before anybody has moved one, and its
 * start page says so in the address. It is hidden until it moves. It knows nothing of its surroundings.
 */
const hideStillPointer = () => {
  if (new URLSearchParams(window.location.hash.slice(1)).get('pointer') !== 'still') return;
  const root = document.documentElement;
  root.setAttribute('data-pointer', 'still');
  const use = (event: MouseEvent) => {
    // A page that changes below a pointer makes the browser say that it moved, by nothing.
    if (event.type === 'mousemove' && event.movementX === 0 && event.movementY === 0) return;
    root.removeAttribute('data-pointer');
    for (const type of ['mousemove', 'mousedown'] as const) window.removeEventListener(type, use, true);
  };
  for (const type of ['mousemove', 'mousedown'] as const) window.addEventListener(type, use, true);
};

export const STILL_POINTER = `(${hideStillPointer.toString()})()`;
