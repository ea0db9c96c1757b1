import { randomBytes } from 'node:crypto';

/** How an interrupted write leaves its half behind: Claude Code's way and the kit's. No snapshot holds such names. */
export const TEMPORARY_NAME = /(?:\.tmp\.\d+\.[0-9a-f]{8,16}|\.[0-9a-f]{12}\.tmp)$/;

/** A name that the sweep after a crash removes, short enough for every file system. */
export const temporaryName = (): string => `.${randomBytes(6).toString('hex')}.tmp`;
