import { homedir } from 'node:os';
import { loadConfig } from '@matrix-os/kit';
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
    for (const name of Object.keys(mistakes)) expect(() => load(mistakes)).toThrow(name);
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
});
