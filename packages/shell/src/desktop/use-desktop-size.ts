import { type RefObject, useEffect, useRef } from 'react';
import { useDesktop } from './desktop-context.tsx';

/** Tells the windows how much room there is between the screen's edges and the dock. */
export const useDesktopSize = (): RefObject<HTMLElement | null> => {
  const { windows } = useDesktop();
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    if (ref.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      windows.resize({ width, height });
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [windows]);
  return ref;
};
