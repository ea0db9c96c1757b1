export { type ProxyConfig, proxyConfig } from './config.ts';
export { createProxy, type Proxy, type ProxyOptions } from './create-proxy.ts';
