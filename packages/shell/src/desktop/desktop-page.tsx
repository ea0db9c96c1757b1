'use client';

import { useEffect, useState } from 'react';
import { createDesktop, type Desktop } from './create-desktop.ts';
import { DesktopProvider } from './desktop-context.tsx';
import { DesktopScreen } from './desktop-screen.tsx';
import { Wallpaper } from './wallpaper.tsx';

/** The page is exported before anyone is known; the desktop is made in the browser. */
export const DesktopPage = () => {
  const [desktop, setDesktop] = useState<Desktop | null>(null);

  useEffect(() => {
    let gone = false;
    const made = createDesktop({
      location: window.location,
      fetch: window.fetch.bind(window),
      area: { width: window.innerWidth, height: window.innerHeight },
      systemDark: window.matchMedia('(prefers-color-scheme: dark)'),
      onSignedOut: () => {
        if (gone) return;
        gone = true;
        window.location.replace('/login');
      },
    });
    made.start();
    setDesktop(made);
    return () => {
      gone = true;
      made.stop();
    };
  }, []);

  if (desktop === null) return <Wallpaper />;
  return (
    <DesktopProvider value={desktop}>
      <DesktopScreen />
    </DesktopProvider>
  );
};
