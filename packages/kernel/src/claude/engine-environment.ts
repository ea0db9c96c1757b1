/** The file descriptor at which the engine's process finds the key. */
const KEY_FD = 3;

/** Marks every process that a turn starts, however far it detaches itself, so that cancelling finds them all. */
export const TURN_MARK = 'MATRIX_TURN_MARK';

/**
 * The whole environment of the engine's process: what it may inherit, and nothing else of ours. The key is not in it:
 * the commands that the model runs inherit this environment, so the key goes in by a file descriptor.
 */
export const engineEnvironment = (parts: {
  inherited: Readonly<Record<string, string>>;
  baseUrl: string | undefined;
  configPath: string;
  /** `NAME=value` */
  mark: string;
  version: string;
}): Record<string, string> => ({
  ...parts.inherited,
  ...(parts.baseUrl === undefined ? {} : { ANTHROPIC_BASE_URL: parts.baseUrl }),
  CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR: String(KEY_FD),
  CLAUDE_CONFIG_DIR: parts.configPath,
  CLAUDE_AGENT_SDK_CLIENT_APP: `matrix-os/${parts.version}`,
  [TURN_MARK]: parts.mark.slice(TURN_MARK.length + 1),
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  // A command must not outlive the turn that the owner sees and can cancel.
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: '1',
  // There are few tools: naming them all at once is cheaper than a search for them.
  ENABLE_TOOL_SEARCH: 'false',
  // The default of ten can hold a turn for many minutes.
  CLAUDE_CODE_MAX_RETRIES: '4',
});
