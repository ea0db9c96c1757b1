import { type PointerEvent, useState } from 'react';
import { dragRect, type Grip, type Rect } from './window-state.ts';

interface Drag {
  readonly pointer: number;
  readonly grip: Grip;
  readonly from: { readonly x: number; readonly y: number };
  readonly start: Rect;
}

/** While something is dragged no app's frame may swallow the pointer. */
const setDragging = (dragging: boolean) => {
  document.documentElement.toggleAttribute('data-dragging', dragging);
};

/**
 * Moves or resizes a window with whatever points. `live` is where it is during the drag, null otherwise; `onEnd` gets
 * the last of it. `grip` makes the handlers of one handle.
 */
export const useWindowDrag = (rect: Rect, onEnd: (rect: Rect) => void) => {
  const [drag, setDrag] = useState<Drag | null>(null);
  const [live, setLive] = useState<Rect | null>(null);

  const finish = (event: PointerEvent<HTMLElement>, keep: boolean) => {
    if (drag?.pointer !== event.pointerId) return;
    setDragging(false);
    setDrag(null);
    setLive(null);
    if (keep && live !== null) onEnd(live);
  };

  const grip = (name: Grip) => ({
    onPointerDown(event: PointerEvent<HTMLElement>) {
      const onButton = event.target instanceof Element && event.target.closest('button') !== null;
      if (event.button !== 0 || onButton || drag !== null) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDragging(true);
      setDrag({
        pointer: event.pointerId,
        grip: name,
        from: { x: event.clientX, y: event.clientY },
        start: rect,
      });
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      if (drag?.pointer !== event.pointerId) return;
      setLive(dragRect(drag.start, drag.grip, event.clientX - drag.from.x, event.clientY - drag.from.y));
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => finish(event, true),
    onPointerCancel: (event: PointerEvent<HTMLElement>) => finish(event, false),
  });

  return { live, grip };
};
