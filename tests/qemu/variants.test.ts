import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/setup/paths.mjs';
import { applianceImage } from './support/image.ts';

const run = promisify(execFile);
const summary = async (...options: string[]): Promise<string> =>
  (await run(join(ROOT, 'distro/mkosi/build.sh'), ['--summary', ...options], { maxBuffer: 2 ** 26 })).stdout;

let image: string;
beforeAll(async () => {
  image = await applianceImage();
});

describe('what is built', () => {
  it('comes with checksums, a manifest and an SBOM that name what is in it', async () => {
    const { stdout } = await run('sha256sum', ['--check', '--strict', image.replace(/raw$/, 'SHA256SUMS')], {
      cwd: dirname(image),
    });
    expect(stdout.match(/: OK$/gm)).toHaveLength(4);
    const read = (ending: string) => JSON.parse(readFileSync(image.replace(/raw$/, ending), 'utf8'));
    const packages = (read('manifest').packages as { name: string }[]).map(({ name }) => name);
    expect(packages).toEqual(
      expect.arrayContaining([
        'cage',
        'chromium',
        'chromium-sandbox',
        'linux-image-amd64',
        'plymouth',
        'network-manager',
        'wpasupplicant',
        'fonts-noto-cjk',
        'fonts-noto-color-emoji',
        'openssh-server',
        'gnupg',
        'sudo',
        'git',
        'systemd-container',
        'amd64-microcode',
        'intel-microcode',
      ]),
    );
    const sbom = (read('spdx.json').packages as { name: string }[]).map(({ name }) => name);
    expect(sbom).toEqual(
      expect.arrayContaining([
        ...packages,
        ...['node', 'npm', 'hono', 'zod', 'react', '@lydell/node-pty', '@lydell/node-pty-linux-x64'],
        ...['@anthropic-ai/claude-agent-sdk', '@anthropic-ai/claude-agent-sdk-linux-x64'],
      ]),
    );
  });
});

describe('what could be built', () => {
  it.each([['usb'], ['debug']])('accepts the profile %s', async (profile) => {
    expect(await summary('--profile', profile)).toMatch(new RegExp(`Profiles: ${profile}`));
  });

  it('gives ARM machines their own kernel', async () => {
    const said = await summary('--profile', 'arm64');
    expect(said).toMatch(/Architecture: arm64/);
    expect(said).toMatch(/\blinux-image-arm64\b/);
    expect(said).not.toMatch(/linux-image-amd64|microcode/);
  });

  it('accepts Ubuntu 24.04, with another browser', async () => {
    const said = await summary('--distribution', 'ubuntu', '--release', 'noble');
    expect(said).toMatch(/Distribution: ubuntu/);
    expect(said).toMatch(/\bcog\b/);
    expect(said).not.toMatch(/^\s*chromium$/m);
  });
});
