/**
 * Whether a window that opens may take the keyboard from here. Never from a field or an app, where someone may be in the
 * middle of a word; only a composer that has just been sent, and is empty, gives it up (`data-yields`).
 */
export const yieldsFocus = (active: Element | null): boolean => {
  if (active === null) return true;
  if (active instanceof HTMLTextAreaElement)
    return active.value === '' && active.dataset.yields !== undefined;
  return !active.matches('iframe, input, select, [contenteditable]');
};
