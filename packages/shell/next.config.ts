import type { NextConfig } from 'next';

const config: NextConfig = {
  output: 'export',
  reactStrictMode: true,
  poweredByHeader: false,
  // Next's own choice is a random name.
  generateBuildId: () => process.env.MATRIX_BUILD_ID ?? null,
  transpilePackages: ['@matrix-os/contracts', '@matrix-os/kit'],
  // `tsc -b` checks the types of the whole workspace; the build doesn't do it a second time.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.next.json' },
  // TypeScript 7 has no JavaScript API for Next to load.
  experimental: { useTypeScriptCli: true },
};

export default config;
