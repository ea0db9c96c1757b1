import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
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
    // A finger that has not asked for a keyboard does not want one over half the screen.
    const wanted = matchMedia('(pointer: coarse)').matches ? null : group.current?.querySelector(focus);
    const first = wanted instanceof HTMLElement ? wanted : group.current;
    first?.focus({ preventScroll: true });
  }, [focus, ready]);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't hold the other forms of a step
    <div
      ref={group}
      className={styles.step}
      role="group"
      aria-labelledby={`${id}title`}
      aria-describedby={`${id}text`}
      tabIndex={-1}
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
