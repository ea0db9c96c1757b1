import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const program = `
  const { createLogger } = await import(${JSON.stringify(join(import.meta.dirname, 'logger.ts'))});
  const log = createLogger({ name: 'test', level: 'info' });
  log.info({ apiKey: 'secret-1', request: { cookie: 'secret-2', path: '/x' } }, 'hello');
  log.debug('not shown');
  const broke = new Error('it broke', { cause: new Error('the cause') });
  Object.assign(broke, { input: 'secret-3', client: { url: 'postgres://me:secret-4@host' } });
  const several = new AggregateError([Object.assign(new Error('one'), { input: 'secret-5' })], 'several');
  log.warn({ err: broke }, 'an error');
  log.warn({ err: several }, 'errors');
`;

it('writes JSON lines to standard error, without secrets', () => {
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(result.stdout).toBe('');
  const lines = result.stderr.split('\n').filter((line) => line.startsWith('{'));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { name: 'test', msg: 'hello', request: { path: '/x' } },
    { err: { type: 'Error', message: 'it broke: the cause', stack: expect.any(String) } },
    { err: { type: 'AggregateError', aggregateErrors: [{ message: 'one' }] } },
  ]);
  expect(result.stderr).not.toContain('secret-');
});
