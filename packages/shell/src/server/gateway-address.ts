import type { AddressRanges } from '@matrix-os/kit';

/** Where requests go, and whose word about them goes along. */
export interface Gateway {
  readonly address: GatewayAddress;
  readonly trustedProxies: AddressRanges;
}

/** Where to connect to, as `http.request` wants it. */
interface GatewayAddress {
  readonly host: string;
  readonly port: number;
}

/** `url` is `http://host[:port]`; an IPv6 host loses the brackets it has there. */
export const gatewayAddress = (url: string): GatewayAddress => {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 80 : Number(port) };
};
