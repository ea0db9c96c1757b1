import type { Qmp } from './qmp.ts';

/** A finger on the machine's own screen. */
export interface Pointer {
  /** In pixels from the upper left. */
  move(x: number, y: number): Promise<void>;
  tap(x: number, y: number): Promise<void>;
}

/** What QEMU calls the right and lower edge. */
const FAR = 0x7fff;

export const createPointer = (
  qmp: Qmp,
  screen: { readonly width: number; readonly height: number },
): Pointer => {
  const send = (...events: readonly object[]) => qmp.execute('input-send-event', { events });
  const pause = () => new Promise((resolve) => setTimeout(resolve, 100));
  const button = (down: boolean) => ({ type: 'btn', data: { button: 'left', down } });
  const at = (axis: 'x' | 'y', pixels: number, size: number) => ({
    type: 'abs',
    data: { axis, value: Math.round((pixels / size) * FAR) },
  });
  const move = (x: number, y: number) => send(at('x', x, screen.width), at('y', y, screen.height));
  return {
    async move(x, y) {
      await move(x, y);
    },
    async tap(x, y) {
      await move(x, y);
      await pause();
      await send(button(true));
      await pause();
      await send(button(false));
      await pause();
    },
  };
};
