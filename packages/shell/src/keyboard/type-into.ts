import type { KeyboardField, KeyPress } from '@matrix-os/contracts';

// The same as in home/system/app-kit/keyboard.js, which types into apps.
const TYPED = /^(?:text|search|email|url|tel|password|number)$/;

/** Whether, and what, can be typed into it. */
export const fieldOf = (element: Element | null): KeyboardField => {
  if (!(element instanceof HTMLElement)) return 'none';
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
    if (element.readOnly || element.disabled) return 'none';
    if (element instanceof HTMLInputElement && !TYPED.test(element.type)) return 'none';
    return element.type === 'number' || /numeric|decimal/.test(element.inputMode) ? 'number' : 'text';
  }
  return element.isContentEditable ? 'text' : 'none';
};

/** Presses a key there as a keyboard would: first whoever listens for it, then what a browser does of itself. */
export const typeInto = (element: Element, { key, ctrl }: KeyPress): void => {
  const event = { key, ctrlKey: ctrl, bubbles: true, cancelable: true, composed: true };
  if (element.dispatchEvent(new KeyboardEvent('keydown', event))) act(element, key, ctrl);
  element.dispatchEvent(new KeyboardEvent('keyup', event));
};

const MOVES: Readonly<Record<string, readonly [way: string, by: string]>> = {
  ArrowLeft: ['left', 'character'],
  ArrowRight: ['right', 'character'],
  ArrowUp: ['backward', 'line'],
  ArrowDown: ['forward', 'line'],
};

// `execCommand` is the one way that keeps the undo of the field, its length and its events.
const act = (element: Element, key: string, ctrl: boolean): void => {
  const move = MOVES[key];
  if (move !== undefined) getSelection()?.modify('move', ...move);
  else if (key === 'Backspace') document.execCommand('delete');
  else if (key === 'Enter') {
    if (element instanceof HTMLInputElement) submit(element.form);
    else document.execCommand(element instanceof HTMLTextAreaElement ? 'insertLineBreak' : 'insertParagraph');
  } else if ([...key].length === 1 && !ctrl) document.execCommand('insertText', false, key);
};

/** As Enter does: the form's own button, pressed; one that is disabled says no. */
const submit = (form: HTMLFormElement | null): void => {
  const button = Array.from(form?.elements ?? []).find(
    (element): element is HTMLButtonElement =>
      element instanceof HTMLButtonElement && element.type === 'submit',
  );
  if (button !== undefined) button.click();
  else form?.requestSubmit();
};
