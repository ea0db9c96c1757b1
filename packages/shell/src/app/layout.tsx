import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { EARLY_REQUESTS } from '../connection/early-requests.ts';
import { RELOAD_WHEN_INCOMPLETE } from '../connection/reload-when-incomplete.ts';
import './globals.css';

export const metadata: Metadata = { title: 'Matrix OS', referrer: 'no-referrer' };
export const viewport: Viewport = { width: 'device-width', initialScale: 1, viewportFit: 'cover' };

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      {/* Our own texts, known when the page is built; the policy of the page lists their hashes. */}
      <head>
        <script dangerouslySetInnerHTML={{ __html: RELOAD_WHEN_INCOMPLETE }} />
        <script dangerouslySetInnerHTML={{ __html: EARLY_REQUESTS }} />
      </head>
      <body>{children}</body>
    </html>
  );
}
