'use client';

import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError, explain } from '../../connection/api.ts';
import { backoff } from '../../connection/backoff.ts';
import { signIn, takeCode } from '../../connection/sign-in.ts';
import { focusOnMount } from '../../desktop/focus-on-mount.ts';
import { Wallpaper } from '../../desktop/wallpaper.tsx';
import styles from './login.module.css';

type State =
  | { readonly step: 'checking' }
  | { readonly step: 'idle'; readonly problem: string | null }
  | { readonly step: 'waiting' };

const NEW_LINK = 'npm run matrix -- link';

const describe = (error: unknown): string => {
  if (!(error instanceof ApiError)) return explain(error);
  if (error.code === 'rate_limited') return 'Too many tries. Wait a minute, then try again.';
  if (error.status === 401 || error.status === 403 || error.status === 400) {
    return 'This code is not valid any more: each works once, and only for a while. Get a new link.';
  }
  return error.message;
};

export const LoginForm = () => {
  const [state, setState] = useState<State>({ step: 'checking' });
  const [code, setCode] = useState('');
  const begun = useRef(false);

  const logIn = async (given: string): Promise<void> => {
    setState({ step: 'checking' });
    for (let attempt = 0; ; attempt++) {
      try {
        await signIn(given);
        return window.location.replace('/');
      } catch (error) {
        const passing = error instanceof ApiError && error.passing;
        if (!passing) return setState({ step: 'idle', problem: describe(error) });
        setState({ step: 'waiting' });
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
      }
    }
  };

  useEffect(() => {
    const arrive = () => {
      const given = takeCode();
      if (given) void logIn(given);
      else
        setState((now) =>
          now.step === 'checking' && !begun.current ? { step: 'idle', problem: null } : now,
        );
      begun.current = true;
    };
    // Strict mode runs effects twice, and a code works once.
    if (!begun.current) arrive();
    // A new link that is opened on this very page changes only the fragment.
    window.addEventListener('hashchange', arrive);
    return () => window.removeEventListener('hashchange', arrive);
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim() !== '') void logIn(code);
  };

  return (
    <main className={styles.page}>
      <Wallpaper />
      <div className={styles.card}>
        <h1>Matrix OS</h1>
        {state.step === 'idle' ? (
          <form onSubmit={submit} className={styles.form}>
            <p>
              This is somebody’s own computer. If it is yours, sign in with a one-time code. A sign-in belongs
              to one browser at one address, and some updates ask for it again.
            </p>
            <label htmlFor="code">One-time code</label>
            <input
              id="code"
              className="field"
              value={code}
              onChange={(event) => setCode(event.target.value)}
              autoComplete="one-time-code"
              autoCapitalize="none"
              spellCheck={false}
              ref={focusOnMount}
              aria-describedby="code-help"
              aria-invalid={state.problem !== null}
            />
            {state.problem && (
              <p role="alert" className={styles.problem}>
                {state.problem}
              </p>
            )}
            <button type="submit" className="button" data-kind="primary" disabled={code.trim() === ''}>
              Sign in
            </button>
            <p id="code-help" className={styles.help}>
              No code? On the computer that runs Matrix OS, run <code>{NEW_LINK}</code> to get a new link.
            </p>
          </form>
        ) : (
          <p role="status" className={styles.status}>
            <span className="spinner" />
            {state.step === 'waiting'
              ? 'Matrix OS is starting. Signing in as soon as it is ready…'
              : 'Signing in…'}
          </p>
        )}
      </div>
    </main>
  );
};
