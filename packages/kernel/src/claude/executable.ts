import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The names under which the Agent SDK ships its binary for this machine, best first. */
export const platformPackages = (
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
  musl: boolean = isMusl(),
): string[] => {
  const base = `@anthropic-ai/claude-agent-sdk-${platform}-${arch}`;
  if (platform !== 'linux') return [base];
  return musl ? [`${base}-musl`, base] : [base, `${base}-musl`];
};

// glibc tells its version in Node's report; musl does not.
const isMusl = (): boolean => {
  if (process.platform !== 'linux') return false;
  return !existsSync('/lib64/ld-linux-x86-64.so.2') && !existsSync('/lib/ld-linux-aarch64.so.1');
};

/** The Claude Code binary, or what is wrong and what to do about it. */
export const findExecutable = (
  configured: string | undefined,
): { readonly path: string } | { readonly problem: string } => {
  if (configured !== undefined) {
    return existsSync(configured)
      ? { path: configured }
      : { problem: `The engine's program is not at ${configured}. Correct the path, or leave it out.` };
  }
  const binary = process.platform === 'win32' ? 'claude.exe' : 'claude';
  try {
    // The platform packages are dependencies of the SDK, not of ours, so they are only visible from there.
    const fromSdk = createRequire(require.resolve('@anthropic-ai/claude-agent-sdk'));
    for (const name of platformPackages()) {
      try {
        return { path: fromSdk.resolve(`${name}/${binary}`) };
      } catch {
        // Not installed for this machine; the next name may be.
      }
    }
  } catch {
    return { problem: 'The Claude engine is not part of this installation. Reinstall Matrix OS to get it.' };
  }
  return {
    problem: `The Claude engine has no program for ${process.platform} on ${process.arch} here. Reinstall the dependencies including optional ones.`,
  };
};
