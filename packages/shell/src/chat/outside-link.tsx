import type { MouseEvent, ReactNode } from 'react';
import { useStore } from 'zustand';
import { useDesktop } from '../desktop/desktop-context.tsx';

/**
 * A link that leads out of the desktop. The machine's own screen shows the desktop and nothing else, so there the address
 * is copied, to be opened on another device.
 */
export const OutsideLink = ({
  href,
  children,
}: {
  readonly href: string | undefined;
  readonly children: ReactNode;
}) => {
  const { attempt, keyboard, notices } = useDesktop();
  const ownScreen = useStore(keyboard.store, (state) => state.ownScreen);
  const stay = (event: MouseEvent) => {
    if (!ownScreen || href === undefined) return;
    event.preventDefault();
    void attempt('The address was not copied', async () => {
      await navigator.clipboard.writeText(href);
      notices.add({
        level: 'info',
        title: 'The address is copied',
        message: `This screen shows Matrix OS alone. Open it on another device: ${href}`,
      });
    });
  };
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" onClick={stay} onAuxClick={stay}>
      {children}
    </a>
  );
};
