/** The address of a socket on the page's own origin; nothing is known of it when the page is built. */
export const socketUrl = (path: string, location: Pick<Location, 'protocol' | 'host'>): string =>
  `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
