/**
 * What a generated app may do in its frame: run its own code and show what it is made of; nothing that reaches the
 * network. The sources are spelled out, because in the opaque origin that `sandbox` gives it, "self" would be the whole
 * OS at best and nothing at worst. Moving the frame itself elsewhere is stopped by the desktop's own `frame-src`. No
 * browser lets a page switch off WebRTC: a hostile app could still tell its own data to a peer it knows of.
 */
const framePolicy = (base: string): string =>
  [
    'sandbox allow-scripts allow-forms allow-pointer-lock allow-downloads',
    "default-src 'none'",
    `script-src ${base} 'unsafe-inline'`,
    `style-src ${base} 'unsafe-inline'`,
    `img-src ${base} data: blob:`,
    `font-src ${base} data:`,
    `media-src ${base} data: blob:`,
    "worker-src 'none'",
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ');

/** `host` has passed the host check, so nothing in it can end a directive. */
export const frameBase = (options: { secure: boolean; host: string; token: string }): string =>
  // The grammar of sources knows no IPv6 address; everything but the app's own files needs a cookie there anyway.
  options.host.startsWith('[')
    ? "'self'"
    : `${options.secure ? 'https' : 'http'}://${options.host}/app/${options.token}/`;

const FEATURES = [
  'accelerometer',
  'autoplay',
  'camera',
  'clipboard-read',
  'clipboard-write',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
];

export const frameHeaders = (base: string): Record<string, string> => ({
  'content-security-policy': framePolicy(base),
  'permissions-policy': FEATURES.map((feature) => `${feature}=()`).join(', '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // A name looked up is a message sent.
  'x-dns-prefetch-control': 'off',
  // The frame's origin is opaque: to it even its own files are another origin's. Who has the token may have them.
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
  'cache-control': 'no-cache',
});
