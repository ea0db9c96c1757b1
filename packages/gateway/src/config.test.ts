import { homedir } from 'node:os';
import { loadConfig, secretNames } from '@matrix-os/kit';
import { describe, expect, it } from 'vitest';
import { cleanEnvironment } from './clean-environment.ts';
import { gatewayConfig, statePathOf } from './config.ts';

const load = (environment: Record<string, string>) => loadConfig(gatewayConfig, environment);

describe('the environment', () => {
  it('needs nothing', () => {
    const config = load({});
    expect(config).toMatchObject({
      MATRIX_HOME: `${homedir()}/matrixos`,
      PORT: 4000,
      MATRIX_BIND: '127.0.0.1',
      MATRIX_AUTONOMY: 'ask',
      MATRIX_HOSTS: [],
    });
    expect(statePathOf(config)).toBe(`${homedir()}/.local/state/matrix-os`);
  });

  it('says where things are, in absolute paths', () => {
    const config = load({
      MATRIX_HOME: '~/os',
      XDG_STATE_HOME: '/state',
      MATRIX_HOSTS: ' Bob.example, *.os.example,',
    });
    expect(config.MATRIX_HOME).toBe(`${homedir()}/os`);
    expect(statePathOf(config)).toBe('/state/matrix-os');
    expect(statePathOf(load({ XDG_STATE_HOME: '/state', MATRIX_STATE: '/other' }))).toBe('/other');
    expect(config.MATRIX_HOSTS).toEqual(['bob.example', '*.os.example']);
  });

  it('is refused with every mistake at once', () => {
    const mistakes = { PORT: '70000', MATRIX_AUTH_TOKEN: 'short', ANTHROPIC_BASE_URL: 'model' };
    for (const name of Object.keys(mistakes)) expect(() => load({ ...mistakes })).toThrow(name);
  });

  it('is described, variable by variable', () => {
    for (const [name, schema] of Object.entries(gatewayConfig.shape))
      expect([name, schema.description?.length ?? 0]).toEqual([
        name,
        expect.toSatisfy((length) => length > 20),
      ]);
  });

  it('passes on what is known to be harmless, and nothing else', () => {
    const given = {
      PATH: '/bin',
      LC_TIME: 'de',
      ANTHROPIC_API_KEY: 'x',
      MY_TOKEN: 'x',
      NODE_OPTIONS: '-r x',
      LD_PRELOAD: 'x',
    };
    expect(cleanEnvironment(given)).toEqual({ PATH: '/bin', LC_TIME: 'de' });
  });

  it('passes on neither a secret’s file nor the folder of credentials', () => {
    const names = secretNames(gatewayConfig).flatMap((name) => [name, `${name}_FILE`]);
    expect(names).toContain('ANTHROPIC_API_KEY_FILE');
    const given = Object.fromEntries([...names, 'CREDENTIALS_DIRECTORY'].map((name) => [name, '/x']));
    expect(cleanEnvironment(given)).toEqual({});
  });

  it('names a network’s proxy, and not the user and password for it', () => {
    const given = {
      HTTP_PROXY: 'http://user:p@ss/w:rd@proxy.example:3128',
      https_proxy: 'user:password@proxy.example:3128',
      http_proxy: 'http://proxy.example:3128/',
      NO_PROXY: 'localhost,.example',
    };
    expect(cleanEnvironment(given)).toEqual({
      HTTP_PROXY: 'http://proxy.example:3128',
      https_proxy: 'proxy.example:3128',
      http_proxy: 'http://proxy.example:3128/',
      NO_PROXY: 'localhost,.example',
    });
  });

  it('takes no secret that could not be sent, and no address with a password', () => {
    const canary = 'sk-ant-canary 1234';
    const mistakes = { ANTHROPIC_API_KEY: canary, ANTHROPIC_BASE_URL: 'https://me:canary@model.example' };
    const names =
      /ANTHROPIC_API_KEY: copy it once more[\s\S]*ANTHROPIC_BASE_URL: leave user and password out/;
    expect(() => load({ ...mistakes })).toThrow(names);
    expect(() => load({ ...mistakes })).not.toThrow('canary');
  });
});
