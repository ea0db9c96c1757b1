'use client';

import { useEffect, useState } from 'react';
import { fetchOrEarly } from '../connection/early-requests.ts';
import { clearAddress, codeInAddress, signIn } from '../connection/sign-in.ts';
import { createDesktop, type Desktop } from './create-desktop.ts';
import { DesktopProvider } from './desktop-context.tsx';
import { DesktopScreen } from './desktop-screen.tsx';
import { Wallpaper } from './wallpaper.tsx';

/** For the answer whether the setup comes first. */
const PATIENCE_MS = 2000;

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Resolves once the desktop may be asked for. */
const enter = async (): Promise<void> => {
  const code = codeInAddress();
  if (code === null) return;
  try {
    await signIn(code);
  } catch {
    window.location.replace(`/login#code=${encodeURIComponent(code)}`);
    await new Promise(() => {}); // The page leaves.
  }
};

/** On the way while the page is still being put together. Once per page: a code works once, and strict mode runs effects twice. */
const entered = typeof window === 'undefined' ? undefined : enter();

/**
 * The page is exported before anyone is known; the desktop is made in the browser. A machine's own screen comes with its code
 * (`/#code=…`) and is spared the page of signing in, which has the say in whatever is wrong with a code.
 */
export const DesktopPage = () => {
  const [desktop, setDesktop] = useState<Desktop | null>(null);

  useEffect(() => {
    clearAddress();
    let gone = false;
    let stop = () => {};
    void entered?.then(async () => {
      if (gone) return;
      const made = makeDesktop(() => {
        if (gone) return;
        gone = true;
        window.location.replace('/login');
      });
      stop = () => made.stop();
      // What is drawn first is then what stays; but nobody is kept waiting for it.
      await Promise.race([made.setup.load().catch(() => undefined), sleep(PATIENCE_MS)]);
      if (gone) return;
      made.start();
      setDesktop(made);
    });
    return () => {
      gone = true;
      stop();
    };
  }, []);

  return (
    <>
      {/* Not a part of the desktop: it is there before, and is not drawn anew with it. */}
      <Wallpaper />
      {desktop !== null && (
        <DesktopProvider value={desktop}>
          <DesktopScreen />
        </DesktopProvider>
      )}
    </>
  );
};

const makeDesktop = (onSignedOut: () => void): Desktop =>
  createDesktop({
    location: window.location,
    fetch: fetchOrEarly,
    area: { width: window.innerWidth, height: window.innerHeight },
    systemDark: window.matchMedia('(prefers-color-scheme: dark)'),
    onSignedOut,
  });
