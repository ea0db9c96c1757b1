import { AppError } from '@matrix-os/kit';
import { findExecutable } from './executable.ts';

export type Sdk = typeof import('@anthropic-ai/claude-agent-sdk');

/** Where the engine's two halves come from: the SDK, and the program that it starts. */
export interface EngineSource {
  /** Why there is none and what to do; null when there is. */
  problem(): string | null;
  /** @throws AppError `unavailable` */
  executable(): string;
  /** Loads it: 30 MB of memory and a quarter of a second that an OS nobody talks to doesn't spend. */
  sdk(): Promise<Sdk>;
}

/** What came with the installation, or the program that the owner named. */
export const createEngineSource = (parts: { configured: string | undefined }): EngineSource => {
  let found: ReturnType<typeof findExecutable> | undefined;
  const look = () => {
    // A missing program may be installed while we run; one that was there is looked up once.
    if (found === undefined || 'problem' in found) found = findExecutable(parts.configured);
    return found;
  };
  return {
    problem() {
      const result = look();
      return 'problem' in result ? result.problem : null;
    },
    executable() {
      const result = look();
      if ('problem' in result) throw new AppError('unavailable', result.problem);
      return result.path;
    },
    sdk: () => import('@anthropic-ai/claude-agent-sdk'),
  };
};
