import { useSyncExternalStore } from 'react';

/** From here down windows fill the screen, and nothing is dragged. Also in the style sheets. */
const QUERY = '(max-width: 700px)';

const subscribe = (changed: () => void) => {
  const media = window.matchMedia(QUERY);
  media.addEventListener('change', changed);
  return () => media.removeEventListener('change', changed);
};

export const useNarrow = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => window.matchMedia(QUERY).matches,
    () => false,
  );
