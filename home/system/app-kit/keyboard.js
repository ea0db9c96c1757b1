/**
 * The screen keyboard's end in an app. `@os/app.js` loads it where the desktop has such a keyboard in use; an app has
 * nothing to do for it. Tells the desktop what has the caret, and types what it sends.
 */
(() => {
  const TYPED = /^(?:text|search|email|url|tel|password|number)$/;
  let on = true;
  let told = 'none';

  const fieldOf = (element) => {
    if (!element || element.readOnly || element.disabled) return 'none';
    const typed = element.matches('textarea') || (element.matches('input') && TYPED.test(element.type));
    if (!typed && !element.isContentEditable) return 'none';
    return element.type === 'number' || /numeric|decimal/.test(element.inputMode) ? 'number' : 'text';
  };
  /** `again`: said even when it is the same, so that a keyboard that was put away comes back. */
  const report = (again) => {
    const field = fieldOf(document.activeElement);
    if (!on || (field === told && !again)) return;
    told = field;
    // The answer is of no use: nobody waits for the id 0.
    window.parent.postMessage({ matrix: 1, id: 0, op: 'keyboard.field', field }, '*');
  };

  /** As Enter does in a browser: the form's own button, pressed. */
  const submit = (form) => {
    const button = [...(form?.elements ?? [])].find((element) => element.type === 'submit');
    if (button) button.click();
    else form?.requestSubmit();
  };
  const act = (element, key, ctrl) => {
    const direction = /^Arrow(Left|Right|Up|Down)$/.exec(key)?.[1];
    if (direction) {
      const sideways = direction === 'Left' || direction === 'Right';
      const way = sideways ? direction.toLowerCase() : direction === 'Up' ? 'backward' : 'forward';
      getSelection().modify('move', way, sideways ? 'character' : 'line');
    } else if (key === 'Backspace') document.execCommand('delete');
    else if (key === 'Enter') {
      if (element.matches('input')) submit(element.form);
      else document.execCommand(element.matches('textarea') ? 'insertLineBreak' : 'insertParagraph');
    } else if ([...key].length === 1 && !ctrl) document.execCommand('insertText', false, key);
  };
  const press = ({ key, ctrl }) => {
    const element = document.activeElement ?? document.body;
    const event = { key, ctrlKey: ctrl, bubbles: true, cancelable: true, composed: true };
    // An app that has a use for the key takes it, as with a real one.
    if (element.dispatchEvent(new KeyboardEvent('keydown', event))) act(element, key, ctrl);
    element.dispatchEvent(new KeyboardEvent('keyup', event));
  };

  window.addEventListener('message', ({ source, data }) => {
    if (source !== window.parent || data?.matrix !== 1) return;
    if (data.event === 'key') press(data);
    else if (data.event === 'keyboard') {
      on = data.on === true;
      report(true);
    }
  });
  window.addEventListener('focusin', () => report(true));
  window.addEventListener('focusout', () => setTimeout(report));
  window.addEventListener('pointerup', () => report(true));
  // The keyboard takes room, and the field may now be outside of what is left.
  window.addEventListener('resize', () => {
    if (on && fieldOf(document.activeElement) !== 'none')
      document.activeElement.scrollIntoView({ block: 'nearest' });
  });
  report(true);
})();
