/** The mark of Matrix OS, as in `app/icon.svg`. */
export const Logo = ({ size }: { readonly size: number }) => (
  <svg role="presentation" aria-hidden="true" width={size} height={size} viewBox="0 0 64 64">
    <clipPath id="logo-tile">
      <rect width="64" height="64" rx="17" />
    </clipPath>
    <g clipPath="url(#logo-tile)">
      <rect width="64" height="64" fill="var(--accent)" />
      <circle cx="44" cy="22" r="9" fill="#fff6e8" />
      <path d="M0 42c10-8 20-6 30-2s22-6 34-2v26H0Z" fill="color-mix(in oklab, var(--accent) 76%, #0a1440)" />
      <path d="M0 52c12-6 24-3 36-1s18-4 28-3v16H0Z" fill="color-mix(in oklab, var(--accent) 52%, #0a1440)" />
    </g>
  </svg>
);
