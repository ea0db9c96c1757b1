import type { AppName } from '@matrix-os/contracts';
import { createSecret } from '@matrix-os/kit';

interface Frame {
  readonly app: AppName;
  readonly login: string;
}

/** Capabilities: who knows the token may read that one app's files, for as long as the login lasts. */
export interface FrameTokens {
  /** The same login gets the same token for the same app, so that reopening a window costs nothing. */
  issue(frame: Frame): string;
  find(token: string): Frame | undefined;
}

export const createFrameTokens = (deps: { isLive: (login: string) => boolean }): FrameTokens => {
  const frames = new Map<string, Frame>();
  const forgetDead = () => {
    for (const [token, frame] of frames) if (!deps.isLive(frame.login)) frames.delete(token);
  };
  return {
    issue(frame) {
      forgetDead();
      for (const [token, known] of frames) {
        if (known.app === frame.app && known.login === frame.login) return token;
      }
      const token = createSecret(32);
      frames.set(token, frame);
      return token;
    },
    find(token) {
      const frame = frames.get(token);
      return frame !== undefined && deps.isLive(frame.login) ? frame : undefined;
    },
  };
};
