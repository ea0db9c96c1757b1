import type { CliConfig } from './config.ts';

/** What a command may touch. */
export interface CommandContext {
  readonly config: CliConfig;
  /** Where secrets come from; `config` has them. */
  readonly secretPaths: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** The folder that holds the packages, built. */
  readonly packages: string;
  readonly version: string;
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
}

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** Longer text under `matrix <name> --help`. */
  readonly help?: string;
  /** Resolves with the exit code. */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}
