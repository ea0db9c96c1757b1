import type { Logger } from '@matrix-os/kit';
import { createEngineSource, type EngineSource } from '../claude/engine-source.ts';
import { configuredRegistry } from './configured-registry.ts';
import { createEngineInstaller } from './create-engine-installer.ts';
import { createFetchingSource } from './fetching-source.ts';
import { enginePackages } from './pins.ts';

/** Where this installation gets its engine from: what the owner named, what came along, or else a registry. */
export const createSource = (parts: {
  readonly engine: { readonly executable: string | undefined; readonly registry?: string | undefined };
  /** What npm is asked with, when nobody named a registry. */
  readonly processEnvironment: Readonly<Record<string, string>>;
  readonly statePath: string;
  readonly notice: (level: 'info' | 'success' | 'warning', title: string, message: string) => void;
  readonly log: Logger;
}): EngineSource & { close(): Promise<void> } => {
  const { engine, processEnvironment, statePath, notice, log } = parts;
  const cameAlong = createEngineSource({ configured: engine.executable });
  const packages = enginePackages(process.platform, process.arch);
  const registry = engine.registry ?? (() => configuredRegistry(processEnvironment));
  // A program that the owner named and that is not there is a mistake to tell, not to work around.
  if (packages === undefined || engine.executable !== undefined) {
    return { ...cameAlong, close: async () => undefined };
  }
  return createFetchingSource({
    cameAlong,
    createInstaller: (onProgress) =>
      createEngineInstaller({ statePath, packages, registry, fetch, log, onProgress }),
    notice,
    log,
  });
};
