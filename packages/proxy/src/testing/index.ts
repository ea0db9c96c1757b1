export { startProxy, type TestProxy } from './proxy.ts';
