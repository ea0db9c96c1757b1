export {
  createEngineInstaller,
  type EngineInstaller,
  type InstalledEngine,
} from './create-engine-installer.ts';
export { createFetchingSource } from './fetching-source.ts';
export { ENGINE_VERSION, enginePackages } from './pins.ts';
