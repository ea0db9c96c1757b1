import { statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import type { SystemInfo } from '@matrix-os/contracts';
import type { Kernel } from '@matrix-os/kernel';
import type { GatewayApp } from '../http/context.ts';
import { ownScreen } from '../screen/own-screen.ts';
import type { Release } from './health.ts';

export const addSystemRoute = (app: GatewayApp, deps: { kernel: Kernel; release: Release }): void => {
  const { kernel, release } = deps;
  app.get('/api/system', async (c) => {
    const info: SystemInfo = {
      version: release.version,
      commit: release.commit,
      startedAt: release.startedAt.toISOString(),
      home: kernel.home.path,
      activeEngine: kernel.settings.get().activeEngine,
      undo: kernel.home.undoable,
      protection: await kernel.home.protection(),
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
      memoryBytes: { total: totalmem(), free: freemem() },
      diskBytes: await diskBytes(kernel.home.path),
      queue: kernel.queue(),
      screen: await ownScreen(),
    };
    return c.json(info);
  });
};

/** Null where the file system doesn't tell. */
const diskBytes = async (path: string): Promise<SystemInfo['diskBytes']> => {
  try {
    const { blocks, bavail, bsize } = await statfs(path);
    return { total: blocks * bsize, free: bavail * bsize };
  } catch {
    return null;
  }
};
