/** The file descriptor at which the engine's process finds what it presents to the model's endpoint. */
const TOKEN_FD = 3;

/** Marks every process of a turn, for where there is no wall whose launcher keeps them together. */
export const TURN_MARK = 'MATRIX_TURN_MARK';

// Without them a program asks the machine's proxy for the gateway's own loopback address.
const LOOPBACK = '127.0.0.1,localhost,::1';

/** What a turn has its own of, and the owner's session, which is closed to it. */
const NOT_INHERITED = new Set(['XDG_RUNTIME_DIR', 'TMPDIR', 'HOME']);

/**
 * The whole environment of the engine's process: what it may inherit, and nothing else of ours. The token is not in it:
 * the commands that the model runs inherit this environment, so it goes in by a file descriptor.
 */
export const engineEnvironment = (parts: {
  inherited: Readonly<Record<string, string>>;
  /** Of the relay. */
  baseUrl: string;
  config: string;
  userHome: string;
  temporary: string;
  /** `NAME=value` */
  mark: string;
  version: string;
}): Record<string, string> => {
  const kept = Object.fromEntries(
    Object.entries(parts.inherited).filter(([name]) => !NOT_INHERITED.has(name)),
  );
  const direct = [kept.NO_PROXY ?? kept.no_proxy, LOOPBACK].filter(Boolean).join(',');
  return {
    ...kept,
    NO_PROXY: direct,
    no_proxy: direct,
    HOME: parts.userHome,
    TMPDIR: parts.temporary,
    CLAUDE_CODE_TMPDIR: parts.temporary,
    CLAUDE_TMPDIR: parts.temporary,
    ANTHROPIC_BASE_URL: parts.baseUrl,
    CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR: String(TOKEN_FD),
    CLAUDE_CONFIG_DIR: parts.config,
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
  };
};
