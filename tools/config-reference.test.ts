import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cliConfig, GATEWAY_SECRETS } from '../packages/cli/src/config.ts';
import { serviceEnvironment } from '../packages/cli/src/supervisor/service-environment.ts';
import { gatewayConfig } from '../packages/gateway/src/config.ts';
import { secretNames } from '../packages/kit/src/index.ts';
import { proxyConfig } from '../packages/proxy/src/config.ts';
import { shellConfig } from '../packages/shell/src/server/config.ts';
import { configReference } from './config-reference.ts';
import { ROOT } from './setup/paths.mjs';

const SCHEMAS = { gatewayConfig, shellConfig, proxyConfig, cliConfig };
const SECRET_BY_NAME = /KEY|TOKEN|SECRET|PASSWORD|DATABASE_URL|WEBHOOK/;

it('knows every secret as one, in every process', () => {
  for (const schema of Object.values(SCHEMAS)) {
    const named = Object.keys(schema.shape).filter((name) => SECRET_BY_NAME.test(name));
    expect(secretNames(schema)).toEqual(named);
  }
});

it('names the file of each beside it', () => {
  for (const name of secretNames(proxyConfig))
    expect(configReference()).toContain(`| \`${name}\`, \`${name}_FILE\` |`);
});

it('has every variable that a service reads passed on by `matrix up`, and no secret', () => {
  const given = (schema: { shape: object }) =>
    Object.fromEntries(Object.keys(schema.shape).map((name) => [name, 'x']));
  const passed = (service: 'gateway' | 'shell', environment: Record<string, string>) =>
    Object.keys(serviceEnvironment(service, environment)).sort();
  const plain = (schema: typeof gatewayConfig | typeof shellConfig) =>
    Object.keys(schema.shape)
      .filter((name) => !secretNames(schema).includes(name))
      .sort();
  expect(passed('gateway', given(gatewayConfig))).toEqual(plain(gatewayConfig));
  expect(passed('shell', given(shellConfig))).toEqual(plain(shellConfig));
  // What it takes out, it hands over: nothing that the gateway reads gets lost on the way.
  expect([...GATEWAY_SECRETS].sort()).toEqual(secretNames(gatewayConfig).sort());
});

it.each([
  ['container', 'distro/docker/rootfs/usr/local/bin/matrix-entrypoint', [gatewayConfig, proxyConfig]],
  ['appliance', 'distro/systemd/rootfs/usr/libexec/matrix-os/hide-secrets', [gatewayConfig]],
])('has each taken out of the environment where the %s starts', (_what, path, schemas) => {
  const script = readFileSync(join(ROOT, path), 'utf8');
  const named = /^for name in (.*); do$/m.exec(script)?.[1]?.split(' ') ?? [];
  const known = new Set(schemas.flatMap((schema) => secretNames(schema)));
  expect(named.sort()).toEqual([...known].sort());
});
