import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const program = `
  const { createLogger } = await import(${JSON.stringify(join(import.meta.dirname, 'logger.ts'))});
  const log = createLogger({ name: 'test', level: 'info' });
  log.info({ apiKey: 'secret-1', request: { cookie: 'secret-2', path: '/x' } }, 'hello');
  log.debug('not shown');
`;

it('writes JSON lines to standard error, without secrets', () => {
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(result.stdout).toBe('');
  const lines = result.stderr.split('\n').filter((line) => line.startsWith('{'));
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: 'test', msg: 'hello', request: { path: '/x' } });
  expect(result.stderr).not.toContain('secret-');
});
