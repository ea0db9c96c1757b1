export { type ShellConfig, shellConfig } from './config.ts';
