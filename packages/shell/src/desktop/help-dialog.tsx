import { useEffect, useRef } from 'react';
import styles from './help-dialog.module.css';
import { Icon } from './icons.tsx';
import { shortcutHelp } from './shortcuts.ts';

export const HelpDialog = ({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className={styles.dialog} onClose={onClose} aria-labelledby="help-title">
      <header>
        <h2 id="help-title">Keyboard shortcuts</h2>
        <button type="button" className="icon-button" aria-label="Close help" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <p>
        Hold <kbd>Ctrl</kbd> and <kbd>Alt</kbd> and press:
      </p>
      <dl>
        {[...shortcutHelp()].map(([does, labels]) => (
          <div key={does}>
            <dt>
              {labels.map((label) => (
                <kbd key={label}>{label}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>H</kbd>
          </dt>
          <dd>This help</dd>
        </div>
      </dl>
      <p>
        In the chat <kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> starts a line, and <kbd>↑</kbd>{' '}
        brings back what you said. Inside an app the keys belong to the app: click outside of it first.
      </p>
    </dialog>
  );
};
