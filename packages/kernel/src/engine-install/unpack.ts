import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';

/**
 * Unpacks npm's tarball into `folder`, which is made; the folder that npm puts around everything is left out.
 *
 * @throws Error with what tar said
 */
export const unpack = async (tarball: string, folder: string, signal: AbortSignal): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const args = [
    '-xzf',
    tarball,
    '-C',
    folder,
    '--strip-components=1',
    '--no-same-owner',
    '--no-same-permissions',
  ];
  const child = spawn('tar', args, { stdio: ['ignore', 'ignore', 'pipe'], signal });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`tar: ${said.trim()}`))));
  });
};

/** A power cut after the rename must not leave a file with a name and nothing in it. */
export const syncFile = async (path: string): Promise<void> => {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
};
