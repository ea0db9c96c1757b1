import { type ComponentProps, type MouseEvent, type RefObject, useEffect, useRef, useState } from 'react';

/** How long a button must have been seen in one place, ms; browsers hold back their own questions as long. */
const SETTLED_MS = 500;
const LOOK_MS = 100;

type Props = Omit<ComponentProps<'button'>, 'ref' | 'type' | 'onClick' | 'disabled' | 'aria-disabled'> & {
  readonly busy?: boolean;
  readonly onPress: () => void;
};

/**
 * A button whose press has weight. It does nothing while it has only just come, moved or been uncovered: a click that was
 * meant for what was there before is not a yes.
 */
export const GuardedButton = ({ busy = false, onPress, ...props }: Props) => {
  const button = useRef<HTMLButtonElement>(null);
  const { settled, accepts } = useSettled(button);
  return (
    <button
      {...props}
      ref={button}
      type="button"
      // Not `disabled`, which would take the keyboard from it each time that something moves it.
      aria-disabled={busy || !settled}
      onClick={(event) => {
        if (!busy && accepts(event)) onPress();
      }}
    />
  );
};

const useSettled = (button: RefObject<HTMLButtonElement | null>) => {
  const seen = useRef({ place: 'nowhere yet', since: Number.POSITIVE_INFINITY });
  const [settled, setSettled] = useState(false);

  const look = useRef(() => {
    const place = placeOf(button.current);
    if (place !== seen.current.place) seen.current = { place, since: performance.now() };
    const { since } = seen.current;
    setSettled(performance.now() - since >= SETTLED_MS);
  }).current;

  useEffect(() => {
    look();
    const timer = setInterval(look, LOOK_MS);
    document.addEventListener('visibilitychange', look);
    document.addEventListener('scroll', look, { capture: true, passive: true });
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
      document.removeEventListener('scroll', look, { capture: true });
    };
  }, [look]);

  /** By when the hand moved: a page that was busy may hear of a press long after it. */
  const accepts = (event: MouseEvent): boolean => {
    look();
    return event.nativeEvent.isTrusted && event.timeStamp - seen.current.since >= SETTLED_MS;
  };
  return { settled, accepts };
};

const OUT_OF_SIGHT = '';

const placeOf = (button: HTMLElement | null): string => {
  if (button === null || document.hidden) return OUT_OF_SIGHT;
  const { left, top, width, height } = button.getBoundingClientRect();
  const middle = document.elementFromPoint(left + width / 2, top + height / 2);
  if (middle === null || !button.contains(middle)) return OUT_OF_SIGHT;
  return [left, top, width, height].map(Math.round).join(' ');
};
