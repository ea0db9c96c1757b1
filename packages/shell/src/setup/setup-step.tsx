import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { Icon } from '../desktop/icons.tsx';
import styles from './setup.module.css';

interface Props {
  readonly title: string;
  readonly text?: ReactNode;
  readonly children: ReactNode;
  /** The id of the form that the main button, and so Enter, sends. */
  readonly form: string;
  readonly label?: string;
  readonly busy?: boolean;
  /** Which element begins with the keyboard. Not before `ready`. */
  readonly focus: string;
  readonly ready?: boolean;
  readonly onBack?: (() => void) | undefined;
}

/** One question, and the way on. */
export const SetupStep = (props: Props) => {
  const { focus, ready = true } = props;
  const group = useRef<HTMLDivElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    if (!ready) return;
    // A finger that has not asked for a keyboard does not want one over half the screen; Enter goes on all the same.
    const begin = matchMedia('(pointer: coarse)').matches ? 'button[type=submit]' : focus;
    group.current?.querySelector<HTMLElement>(begin)?.focus({ preventScroll: true });
  }, [focus, ready]);

  // Whoever types has a keyboard after all, and means the field.
  const typeIntoField = (event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    if ([...key].length !== 1 || key === ' ' || ctrlKey || metaKey || altKey) return;
    if (!(target instanceof HTMLButtonElement)) return;
    const field = group.current?.querySelector<HTMLElement>(focus);
    if (field?.matches('input:not([type=radio]), textarea')) field.focus({ preventScroll: true });
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't hold the other forms of a step
    <div
      ref={group}
      className={styles.step}
      role="group"
      aria-labelledby={`${id}title`}
      aria-describedby={`${id}text`}
      onKeyDown={typeIntoField}
    >
      <div className={styles.body}>
        <h2 id={`${id}title`}>{props.title}</h2>
        {props.text !== undefined && (
          <p id={`${id}text`} className={styles.text}>
            {props.text}
          </p>
        )}
        {props.children}
      </div>
      <footer className={styles.footer}>
        {props.onBack && (
          <button type="button" className="button" data-kind="quiet" onClick={props.onBack}>
            Back
          </button>
        )}
        <button
          type="submit"
          form={props.form}
          className={`button ${styles.main}`}
          data-kind="primary"
          aria-disabled={props.busy === true}
        >
          {props.busy === true && <span className="spinner" />}
          {props.label ?? 'Continue'}
          <Icon name="enter" size={16} />
        </button>
      </footer>
    </div>
  );
};
