import { readFile } from 'node:fs/promises';
import type { SystemInfo } from '@matrix-os/contracts';
import { hasKeyboard } from './has-keyboard.ts';

/**
 * What the kernel says of the screen that the appliance shows the desktop on. Null on any other machine: its browsers have
 * keyboards that are no business of the OS, and the gateway's machine need not be the browser's.
 */
export const ownScreen = async (
  paths = { release: '/etc/os-release', devices: '/proc/bus/input/devices' },
): Promise<SystemInfo['screen']> => {
  const read = (path: string) => readFile(path, 'utf8').catch(() => undefined);
  // The name under which distro/mkosi builds the image.
  if (!/^IMAGE_ID="?matrix-os"?$/m.test((await read(paths.release)) ?? '')) return null;
  const devices = await read(paths.devices);
  // Where the kernel doesn't say, a keyboard that is not needed is worse than a setting.
  return { keyboard: devices === undefined || hasKeyboard(devices) };
};
