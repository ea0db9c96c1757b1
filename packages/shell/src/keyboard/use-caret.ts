import { useEffect } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';

/** Keeps the screen keyboard told of what has the caret, and of real keys. */
export const useCaret = (): void => {
  const { keyboard } = useDesktop();
  useEffect(() => {
    const gained = () => keyboard.look(true);
    // What has lost it is told before what gets it; an app's frame takes it without an event in this page.
    const lost = () => void setTimeout(() => keyboard.look(false));
    const touched = ({ target }: Event) => {
      const onKeys = target instanceof Element && target.closest('[data-screen-keyboard]') !== null;
      if (!onKeys) setTimeout(() => keyboard.look(true));
    };
    const pressed = (event: KeyboardEvent) => {
      // Buttons at the side of a tablet send keys too, but type nothing.
      if (event.isTrusted && [...event.key].length === 1) keyboard.realKey();
    };
    document.addEventListener('focusin', gained);
    document.addEventListener('focusout', lost);
    document.addEventListener('pointerup', touched);
    document.addEventListener('keydown', pressed, { capture: true });
    window.addEventListener('blur', lost);
    gained();
    return () => {
      document.removeEventListener('focusin', gained);
      document.removeEventListener('focusout', lost);
      document.removeEventListener('pointerup', touched);
      document.removeEventListener('keydown', pressed, { capture: true });
      window.removeEventListener('blur', lost);
    };
  }, [keyboard]);
};
