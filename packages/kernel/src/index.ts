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
