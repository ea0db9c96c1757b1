import { isIPv4, isIPv6 } from 'node:net';
import { AppError } from '@matrix-os/kit';

export interface SiteHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
}

export interface SiteGuard {
  /** Against DNS rebinding: a page elsewhere can make its own name point here, but can't make its name ours. @throws AppError `forbidden` */
  checkHost(headers: SiteHeaders): void;
  /** Against requests made by other sites' pages, WebSockets included. @throws AppError `forbidden` */
  checkOrigin(headers: SiteHeaders): void;
}

/** `hosts`: names besides localhost, IP addresses and `matrix.local`; `*.example.org` covers subdomains. */
export const createSiteGuard = (deps: { hosts: readonly string[] }): SiteGuard => {
  const isOurs = (name: string): boolean =>
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === 'matrix.local' ||
    isIPv4(name) ||
    (name.startsWith('[') && name.endsWith(']') && isIPv6(name.slice(1, -1))) ||
    deps.hosts.some((host) => (host.startsWith('*.') ? name.endsWith(host.slice(1)) : name === host));

  return {
    checkHost({ host }) {
      const name = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/.exec(host?.toLowerCase() ?? '')?.[1];
      if (name !== undefined && isOurs(name)) return;
      throw new AppError(
        'forbidden',
        'This OS does not go by that host name. Add the name to MATRIX_HOSTS if it should, and restart.',
      );
    },
    checkOrigin({ host, origin, secFetchSite }) {
      const crossSite = secFetchSite === 'cross-site' || secFetchSite === 'same-site';
      const foreign = origin !== undefined && hostOf(origin) !== host?.toLowerCase();
      if (!crossSite && !foreign) return;
      throw new AppError('forbidden', 'Another site asked for this. Open your OS itself and do it there.');
    },
  };
};

/** Undefined for `null`, which is what sandboxed frames send, and for anything that is no web origin. */
const hostOf = (origin: string): string | undefined => {
  const url = URL.parse(origin);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.host : undefined;
};
