import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from './temp-folder.fixture.ts';

const module = join(import.meta.dirname, 'ensure-home.ts');
const script = `
  const [, module, homePath, templatePath, uid] = process.argv;
  if (uid) process.setuid(Number(uid));
  const { ensureHome } = await import(module);
  console.log('go');
  await ensureHome({ homePath, templatePath, version: '1' }).then(
    () => console.log('made'),
    (error) => console.log(error.code + ': ' + error.message),
  );
`;
const start = (...args: string[]) =>
  spawn(process.execPath, ['--input-type=module', '-e', script, module, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const FILES = Object.fromEntries(
  Array.from({ length: 60 }, (_, n) => [`documents/folder-${n % 7}/${n}.md`, `${n}\n`.repeat(2000)]),
);

describe('ensureHome as a process', () => {
  it('makes the complete home after any number of kills', async () => {
    const templatePath = tempFolder(FILES);
    const homePath = join(tempFolder(), 'matrixos');
    for (let kill = 0; kill < 12; kill++) {
      const child = start(homePath, templatePath);
      await once(child.stdout, 'data');
      // A few writes further each time, on whatever machine this is.
      const until = Date.now() + kill * 2;
      while (Date.now() < until) await new Promise(setImmediate);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const child = start(homePath, templatePath);
    await once(child, 'exit');
    for (const [path, content] of Object.entries(FILES))
      expect(readFileSync(join(homePath, path), 'utf8')).toBe(content);
    const all = readdirSync(homePath, { recursive: true, encoding: 'utf8' });
    expect(all.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('says what to do about a home that this user may not write', async () => {
    const parent = tempFolder();
    chmodSync(parent, 0o555);
    // Root may write anywhere, so that a test run by root becomes nobody first.
    const child = start(join(parent, 'matrixos'), tempFolder(FILES), process.getuid?.() === 0 ? '65534' : '');
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await once(child, 'close');
    expect(output).toContain('forbidden: Your home');
    expect(output).toContain('MATRIX_HOME');
  });
});
