import { type Logger, messageOf } from '@matrix-os/kit';
import type { Snapshots } from '../git/snapshots.ts';
import type { Kernel } from '../kernel.ts';
import type { Trash } from './trash.ts';

/** A rename is over long before; only a copy to another disk is worth a word. */
const TOLD_AFTER_MS = 1000;

/**
 * Moves history and bin out of the home, where they used to lie and anything that runs there can write. That may take
 * minutes when the state is on another disk, so the desktop doesn't wait for it, and turns do. Never throws.
 */
export const adoptOldPlaces = async (parts: {
  readonly snapshots: Pick<Snapshots, 'tend'>;
  readonly trash: Pick<Trash, 'adopt'>;
  readonly notice: Kernel['notice'];
  readonly log: Logger;
  readonly toldAfterMs?: number;
}): Promise<void> => {
  const { snapshots, trash, notice, log, toldAfterMs = TOLD_AFTER_MS } = parts;
  let told = false;
  const telling = setTimeout(() => {
    told = true;
    notice(
      'info',
      'Moving history and bin',
      'They are copied out of your home to the state. What you ask for begins when that is done.',
    );
  }, toldAfterMs).unref();
  await snapshots.tend();
  await trash.adopt().catch((error: unknown) => {
    log.error({ reason: messageOf(error) }, 'the bin could not be moved');
    notice(
      'warning',
      'The bin',
      'What lies in ".trash" could not be moved to the state. Make room there, then start again.',
    );
  });
  clearTimeout(telling);
  if (told) notice('info', 'History and bin are moved', 'The kernel goes on with what you asked for.');
};
