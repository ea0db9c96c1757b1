import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { run } from '../../support/run.ts';

const FOLDER = '/proc/sys/fs/binfmt_misc';
const NAME = 'qemu-aarch64';

/** Lets the kernel run programs for arm64, until `undo`; one that could already stays as it is. */
export const emulateArm64 = async (): Promise<{ undo: () => Promise<void> }> => {
  const mounted = existsSync(`${FOLDER}/register`);
  if (!mounted) await run('mount', ['-t', 'binfmt_misc', 'binfmt_misc', FOLDER]);
  const known = existsSync(`${FOLDER}/${NAME}`);
  if (!known)
    writeFileSync(`${FOLDER}/register`, readFileSync(`/usr/lib/binfmt.d/${NAME}.conf`, 'latin1').trim());
  return {
    async undo() {
      if (!known) writeFileSync(`${FOLDER}/${NAME}`, '-1');
      if (!mounted) await run('umount', [FOLDER]);
    },
  };
};
