import type { ReactNode } from 'react';

/** The desktop's own pictures: 24 × 24, drawn with the current colour. */
const PATHS = {
  chat: (
    <>
      <path d="M5 5.5h14a1.5 1.5 0 0 1 1.5 1.5v8.5A1.5 1.5 0 0 1 19 17h-6.5L8 20.5V17H5a1.5 1.5 0 0 1-1.5-1.5V7A1.5 1.5 0 0 1 5 5.5Z" />
      <path d="M8 10h8M8 13h5" />
    </>
  ),
  files: (
    <path d="M3.5 18V6.5A1.5 1.5 0 0 1 5 5h4.2l2 2.5H19A1.5 1.5 0 0 1 20.5 9v9a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18Z" />
  ),
  terminal: (
    <>
      <rect x="3.5" y="4.5" width="17" height="15" rx="1.8" />
      <path d="m7.5 9.5 3 2.5-3 2.5M12.5 15h4" />
    </>
  ),
  settings: (
    <>
      <path d="M4 7h9M17.5 7H20M4 17h2.5M11 17h9" />
      <circle cx="15.2" cy="7" r="2.2" />
      <circle cx="8.7" cy="17" r="2.2" />
    </>
  ),
  gallery: (
    <>
      <rect x="4" y="4" width="6.5" height="6.5" rx="1.6" />
      <rect x="13.5" y="4" width="6.5" height="6.5" rx="1.6" />
      <rect x="4" y="13.5" width="6.5" height="6.5" rx="1.6" />
      <path d="M16.75 13.5V20M13.5 16.75H20" />
    </>
  ),
  bell: (
    <>
      <path d="M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 1.5h-15L6 16.5Z" />
      <path d="M10 20.5h4" />
    </>
  ),
  help: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M9.7 9.6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.3 1-1.3 1.9M12 16.3v.2" />
    </>
  ),
  close: <path d="m7 7 10 10M17 7 7 17" />,
  minimize: <path d="M7 12h10" />,
  maximize: <rect x="7" y="7" width="10" height="10" rx="2" />,
  restore: (
    <>
      <rect x="6.5" y="9.5" width="8" height="8" rx="1.5" />
      <path d="M9.5 6.5H16a1.5 1.5 0 0 1 1.5 1.5v6.5" />
    </>
  ),
  send: <path d="M12 19V5.5M6.5 11 12 5.5 17.5 11" />,
  enter: <path d="M18.5 6v5.5a2 2 0 0 1-2 2H6M10 9l-4.5 4.5L10 18" />,
  stop: <rect x="7.5" y="7.5" width="9" height="9" rx="2" fill="currentColor" />,
  plus: <path d="M12 5.5v13M5.5 12h13" />,
  undo: <path d="M8.5 6 5 9.5 8.5 13M5.5 9.5H14a4.5 4.5 0 0 1 0 9h-3.5" />,
  redo: <path d="M15.5 6 19 9.5 15.5 13M18.5 9.5H10a4.5 4.5 0 0 0 0 9h3.5" />,
  check: <path d="m6 12.5 4 4 8-9" />,
  list: <path d="M5 7h14M5 12h14M5 17h9" />,
  trash: <path d="M5 7h14M9.5 7V5h5v2M7 7l.8 12h8.4L17 7M10.5 10.5v5M13.5 10.5v5" />,
  edit: <path d="m5 19 .8-3.6L16 5.2a1.4 1.4 0 0 1 2 0l.8.8a1.4 1.4 0 0 1 0 2L8.6 18.2 5 19Z" />,
  download: <path d="M12 5v10M7.5 10.8 12 15.3l4.5-4.5M5 19h14" />,
  upload: <path d="M12 15.5V5.5M7.5 9.7 12 5.2l4.5 4.5M5 19h14" />,
  up: <path d="M12 18.5v-12M6.5 12 12 6.5l5.5 5.5" />,
  file: (
    <>
      <path d="M7 3.5h6.5L18 8v11a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 19V5A1.5 1.5 0 0 1 7 3.5Z" />
      <path d="M13.5 3.5V8H18" />
    </>
  ),
  folder: (
    <path d="M3.5 18V6.5A1.5 1.5 0 0 1 5 5h4.2l2 2.5H19A1.5 1.5 0 0 1 20.5 9v9a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18Z" />
  ),
  reload: <path d="M18.5 9A7 7 0 1 0 19 13.5M18.8 4.8V9h-4.2" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) => (
  <svg
    role="presentation"
    aria-hidden="true"
    width={size}
    height={size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.7"
    strokeLinecap="round"
    strokeLinejoin="round"
  >
    {PATHS[name]}
  </svg>
);
