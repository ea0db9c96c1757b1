export { createSource } from './create-source.ts';
