export { createKernel } from './create-kernel.ts';
export type {
  Engine,
  EngineEvent,
  EngineHost,
  EngineTurn,
  OsTools,
  Permission,
  ToolRequest,
  TurnContext,
  Verdict,
} from './engine.ts';
export { type Confinement, createConfinement } from './home/confine.ts';
export { inHomeFolder, splitLast } from './home/hold-folder.ts';
export { listHomeFolder, openHomeFile } from './home/home-file.ts';
export { damageNotice, readJsonFile } from './home/json-file.ts';
export { holdsProtected, isProtected } from './home/protected-paths.ts';
export { createJobsFile, type JobsFile } from './jobs/jobs-file.ts';
export { nextRun, SEARCH_YEARS } from './jobs/schedule.ts';
export type {
  AppData,
  Apps,
  EventStream,
  Home,
  Kernel,
  KernelOptions,
  Sessions,
  SettingsStore,
} from './kernel.ts';
export { OWNER, type Principal } from './principal.ts';
