import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { useSettings } from '../settings/use-settings.ts';
import { DoneStep } from './done-step.tsx';
import { EngineStep } from './engine-step.tsx';
import { LookStep } from './look-step.tsx';
import { loadName } from './owner-name.ts';
import styles from './setup.module.css';
import { WelcomeStep } from './welcome-step.tsx';

const STEPS = ['welcome', 'look', 'engine', 'done'] as const;
const LAST = STEPS.length - 1;

/**
 * The first-run setup, over everything. Not a modal `<dialog>`: what is behind it is inert all the same, while notices and
 * the screen keyboard stay in reach.
 */
export const SetupScreen = ({ onClosed }: { readonly onClosed: (message?: string) => void }) => {
  const { api, attempt, setup } = useDesktop();
  const access = useSettings();
  const [at, setAt] = useState(0);
  const [name, setName] = useState<string | null>(null);
  const last = at === LAST;

  useEffect(() => {
    // What is typed before the answer comes is not taken away.
    loadName(api).then(
      (known) => setName((now) => now ?? known),
      () => undefined,
    );
  }, [api]);

  const close = (state: 'done' | 'skipped', message?: string) => {
    void attempt('That you have finished the setup was not saved', () => setup.close(state));
    onClosed(message);
  };
  useEscape(() => close(last ? 'done' : 'skipped'));
  const go = (to: number) => () => setAt(to);

  return (
    <div className={styles.setup} role="dialog" aria-modal="true" aria-label="Set up Matrix OS">
      <div className={styles.card} data-step={STEPS[at]}>
        <header className={styles.header}>
          <span className={styles.dots} role="img" aria-label={`Step ${at + 1} of ${STEPS.length}`}>
            {STEPS.map((step, i) => (
              <span key={step} data-done={i <= at} />
            ))}
          </span>
          {!last && (
            <button
              type="button"
              className="button"
              data-kind="quiet"
              title="Everything here is in the settings as well"
              onClick={() => close('skipped')}
            >
              Skip <kbd>Esc</kbd>
            </button>
          )}
        </header>
        {at === 0 && <WelcomeStep name={name ?? ''} onName={setName} onNext={go(1)} />}
        {at === 1 && <LookStep onNext={go(2)} onBack={go(0)} />}
        {at === 2 && <EngineStep access={access} onNext={go(3)} onBack={go(1)} />}
        {last && (
          <DoneStep
            name={name ?? ''}
            engine={access.settings?.activeEngine ?? 'builtin'}
            onDone={(message) => close('done', message)}
          />
        )}
      </div>
    </div>
  );
};

const useEscape = (run: () => void) => {
  const latest = useRef(run);
  latest.current = run;
  // As soon as the screen is there: a key that comes before the first painting counts too.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      // Escape while a character is being composed is the input method's.
      if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
};
