/** A package of npm's registry, exactly: `integrity` covers its tarball, as in the lock file. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** The Agent SDK's release that this one of ours was tested with; a test keeps it equal to pnpm-lock.yaml. */
const ENGINE_VERSION = '0.3.330';

const SDK = '@anthropic-ai/claude-agent-sdk';

const INTEGRITY = {
  [SDK]: 'sha512-7om9Xus6tfkeCUCfzg6ilJuN6Z7okkEvJ0mx+ukXa/Id5U/6BGtPkOYni+3ebedwa3b9SVF7A05+ln+/9EoU/w==',
  [`${SDK}-linux-x64`]:
    'sha512-9w4uMdA3vNZXocwOUhivOGotXoRDxN/C/xPMkZMY9WPpKLAlj8upMZskNgPjQKlVRXhxPfNagcBijGPUH4WepA==',
  [`${SDK}-linux-arm64`]:
    'sha512-2Q+kfzaoTvJv1rsyu+iR4UHDZ3nxiOfdXISk+2ydQShU9DqXNlgQAt3BdJMh0Yx4MrxB66TMphVvVQeRslwwhA==',
} as const;

const pinned = (name: keyof typeof INTEGRITY): PinnedPackage => ({
  name,
  version: ENGINE_VERSION,
  integrity: INTEGRITY[name],
});

export interface EnginePackages {
  /** The JavaScript that drives the program. */
  readonly sdk: PinnedPackage;
  /** The program itself. */
  readonly program: PinnedPackage;
}

/** What to fetch for a machine; undefined where images of ours don't run. */
export const enginePackages = (platform: string, arch: string): EnginePackages | undefined => {
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) return undefined;
  return { sdk: pinned(SDK), program: pinned(`${SDK}-linux-${arch}`) };
};
