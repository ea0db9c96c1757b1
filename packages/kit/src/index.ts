export { type AddressRanges, addressRanges, networkOf } from './address-ranges.ts';
export { type Allowance, createAllowance } from './allowance.ts';
export { atomicWriteFile } from './atomic-file.ts';
export { type Environment, loadConfig, secret, secretNames, secretPaths } from './config.ts';
export {
  AppError,
  type Details,
  type ErrorCode,
  isAppError,
  isErrnoException,
  messageOf,
} from './errors.ts';
export { createFairLimit, type FairLimit } from './fair-limit.ts';
export { hasCredentials } from './has-credentials.ts';
export { createId, createSecret } from './ids.ts';
export { createLogger, type Logger } from './logger.ts';
export { makeDirectorySync } from './make-directory.ts';
export { onStop } from './stop.ts';
export { xdgStatePath } from './xdg.ts';
