import { execFile } from 'node:child_process';
import type { SandboxSettings } from '@anthropic-ai/claude-agent-sdk';

const runs = (file: string, args: readonly string[], path: string): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(file, [...args], { env: { PATH: path }, timeout: 5000 }, (error) => resolve(error === null));
  });

// Lets everything through: whether the program works at all is what is tried.
const SEATBELT = ['-p', '(version 1)(allow default)', '/usr/bin/true'];
const BUBBLEWRAP = ['--ro-bind', '/', '/', '--dev', '/dev', '--unshare-net', '--unshare-pid', 'true'];

/**
 * Whether the SDK's own sandbox can work here: on macOS the system's Seatbelt; on Linux bubblewrap and socat, where the
 * system lets bubblewrap make a namespace.
 */
export const canSandbox = async (path: string, platform = process.platform): Promise<boolean> => {
  if (platform === 'darwin') return runs('/usr/bin/sandbox-exec', SEATBELT, path);
  if (platform !== 'linux') return false;
  const [namespaces, relay] = await Promise.all([
    runs('bwrap', BUBBLEWRAP, path),
    runs('socat', ['-V'], path),
  ]);
  return namespaces && relay;
};

/** Commands can't read the state, nor write anywhere but in the home, whatever path they compute. */
export const sandboxSettings = (parts: { home: string; statePath: string }): SandboxSettings => ({
  enabled: true,
  // We have tried it out; should it fail all the same, commands still ask, and the turn need not die of it.
  failIfUnavailable: false,
  // Every command still asks as the owner set it: the sandbox is a second wall, not a replacement for the first.
  autoAllowBashIfSandboxed: false,
  allowUnsandboxedCommands: false,
  filesystem: {
    allowWrite: [parts.home],
    denyWrite: [parts.statePath],
    denyRead: [parts.statePath],
  },
});
