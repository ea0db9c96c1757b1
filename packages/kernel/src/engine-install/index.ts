export {
  createEngineInstaller,
  type EngineInstaller,
  type InstalledEngine,
} from './create-engine-installer.ts';
export { createEngineSource, type EnginePaths, type EngineSource } from './engine-source.ts';
export { ENGINE_VERSION, enginePackages } from './pins.ts';
