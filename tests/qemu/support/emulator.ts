import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from '../../../tools/setup/paths.mjs';

/**
 * The Debian 13 that distro/mkosi/build.sh makes for itself. QEMU comes from there: under 7.2 a guest's kernel died of an
 * int3 that another processor had long taken back, probably by the translator's race that 8.1 mended.
 */
const TOOLS = join(CACHE, 'cache', 'tools');

export const FIRMWARE = {
  code: join(TOOLS, 'usr/share/OVMF/OVMF_CODE_4M.fd'),
  variables: join(TOOLS, 'usr/share/OVMF/OVMF_VARS_4M.fd'),
} as const;

/** How to call one of QEMU's programs on this machine, whose own libraries may be older. */
export const emulator = (
  program: 'qemu-system-x86_64' | 'qemu-img' | 'qemu-io',
): { readonly command: string; readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv } => {
  const command = join(TOOLS, 'usr/lib64/ld-linux-x86-64.so.2');
  if (!existsSync(command) || !existsSync(FIRMWARE.code))
    throw new Error('There is no QEMU yet: distro/mkosi/build.sh makes the tools with it.');
  const libraries = join(TOOLS, 'usr/lib/x86_64-linux-gnu');
  const data = ['qemu', 'seabios', 'qemu-efi'].flatMap((folder) => ['-L', join(TOOLS, 'usr/share', folder)]);
  return {
    command,
    args: [
      '--library-path',
      libraries,
      join(TOOLS, 'usr/bin', program),
      ...(program === 'qemu-system-x86_64' ? data : []),
    ],
    env: { ...process.env, QEMU_MODULE_DIR: join(libraries, 'qemu') },
  };
};
