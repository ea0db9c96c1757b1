import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig, secret, secretNames } from './config.ts';
import { AppError, messageOf } from './errors.ts';

const CANARY = 'canary-5f1e9c';

const schema = z.object({
  PORT: z.coerce.number().int().default(4000),
  NAME: z.string(),
  TOKEN: secret(z.string().min(8, 'too short').optional().describe('A token.')),
  KEY: secret(z.string().optional()),
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (text: string, name = 'token'): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const load = (environment: Record<string, string>) => loadConfig(schema, environment);
const complaint = (environment: Record<string, string>): string => {
  try {
    load({ NAME: 'x', ...environment });
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return messageOf(error);
  }
  return '';
};

it('reports every mistake at once, by the name of its variable', () => {
  const mistakes = { PORT: 'eighty', TOKEN_FILE: join(folder, 'absent'), KEY: 'a', KEY_FILE: 'b' };
  expect(() => load({ ...mistakes })).toThrow(AppError);
  for (const name of ['PORT', 'NAME', 'TOKEN', 'KEY'])
    expect(() => load({ ...mistakes })).toThrow(new RegExp(`^  ${name}:`, 'm'));
});

it('takes an empty variable as unset', () => {
  expect(load({ PORT: '', NAME: 'x', TOKEN: '', KEY_FILE: '', CREDENTIALS_DIRECTORY: '' })).toEqual({
    PORT: 4000,
    NAME: 'x',
  });
});

describe('a secret', () => {
  it('is known by its mark, and keeps its description', () => {
    expect(secretNames(schema)).toEqual(['TOKEN', 'KEY']);
    expect(schema.shape.TOKEN.description).toBe('A token.');
  });

  it('comes from the variable or from the file that NAME_FILE names, less one newline', () => {
    expect(load({ NAME: 'x', TOKEN: CANARY }).TOKEN).toBe(CANARY);
    expect(load({ NAME: 'x', TOKEN_FILE: file(`${CANARY}\n`) }).TOKEN).toBe(CANARY);
    expect(load({ NAME: 'x', TOKEN_FILE: file(`${CANARY}\r\n`) }).TOKEN).toBe(CANARY);
    expect(load({ NAME: 'x', TOKEN_FILE: file(`${CANARY}\n\n`) }).TOKEN).toBe(`${CANARY}\n`);
  });

  it('comes from a file of its name in the folder of credentials, when there is one', () => {
    file(CANARY, 'TOKEN');
    expect(load({ NAME: 'x', CREDENTIALS_DIRECTORY: folder })).toMatchObject({ TOKEN: CANARY });
    expect(load({ NAME: 'x', CREDENTIALS_DIRECTORY: join(folder, 'absent') }).TOKEN).toBeUndefined();
    // Only what is marked: a file is not a way around the environment.
    file('5000', 'PORT');
    expect(load({ NAME: 'x', CREDENTIALS_DIRECTORY: folder }).PORT).toBe(4000);
  });

  it('is taken out of the environment, also when something is wrong', () => {
    const fine = { NAME: 'x', TOKEN: CANARY, KEY_FILE: file(CANARY), HOME: '/' };
    load(fine);
    expect(fine).toEqual({ NAME: 'x', HOME: '/' });
    const wrong = { TOKEN: CANARY, KEY_FILE: 'absent' };
    expect(() => load(wrong)).toThrow();
    expect(wrong).toEqual({});
  });

  it('comes from an inherited descriptor, which is closed then', () => {
    const descriptor = openSync(file(CANARY), 'r');
    expect(load({ NAME: 'x', TOKEN_FILE: `/dev/fd/${descriptor}` }).TOKEN).toBe(CANARY);
    expect(() => closeSync(descriptor)).toThrow('EBADF');
  });

  it('comes from a pipe that another process left', () => {
    const script = `
      import { loadConfig, secret } from ${JSON.stringify(join(import.meta.dirname, 'config.ts'))};
      import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
      const { TOKEN } = loadConfig(z.object({ TOKEN: secret(z.string()) }), process.env);
      console.log(TOKEN, process.env.TOKEN_FILE);`;
    const run = `exec ${process.execPath} --disable-warning=ExperimentalWarning --input-type=module-typescript --eval "$1" 3<<END
${CANARY}
END`;
    const out = execFileSync('sh', ['-c', run, 'sh', script], { env: { TOKEN_FILE: '/dev/fd/3' } });
    expect(String(out).trim()).toBe(`${CANARY} undefined`);
  });

  it('is refused when it is given twice', () => {
    const path = file(CANARY, 'TOKEN');
    expect(complaint({ TOKEN: CANARY, TOKEN_FILE: path })).toContain(
      'TOKEN: given more than once, by TOKEN and TOKEN_FILE; keep one',
    );
    expect(complaint({ TOKEN: CANARY, CREDENTIALS_DIRECTORY: folder })).toContain(`TOKEN and ${path}`);
  });

  it.each([
    ['is not there', () => join(folder, 'absent'), /absent can't be read \(ENOENT\)/],
    ['is a folder', () => folder, /is a folder/],
    ['is empty', () => file('\n'), /token is empty/],
    ['is too large', () => file('x'.repeat(70_000)), /more than 64 kB/],
    ['is a device', () => '/dev/zero', /\/dev\/zero is not a regular file/],
    ['is no open descriptor', () => '/dev/fd/987', /\/dev\/fd\/987 can't be read \(EBADF\)/],
    [
      'is a pipe that nobody writes to',
      () => {
        execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', join(folder, 'pipe')]);
        return join(folder, 'pipe');
      },
      /pipe is not a regular file/,
    ],
  ])('names the variable and the path of a file that %s', (_what, path, expected) => {
    const said = complaint({ TOKEN_FILE: path() });
    expect(said).toMatch(expected);
    expect(said).toMatch(/^ {2}TOKEN: .*, which TOKEN_FILE names\. It has to be a file/m);
  });

  it('is not passed over when its folder has something else in its place', () => {
    mkdirSync(join(folder, 'TOKEN'));
    expect(complaint({ CREDENTIALS_DIRECTORY: folder })).toContain(`${join(folder, 'TOKEN')} is a folder`);
  });

  it('is never in what is said about it', () => {
    const chatty = z.object({
      KEY: secret(z.string().refine(() => false, { error: ({ input }) => `${input} is no key` })),
    });
    expect(() => loadConfig(chatty, { KEY: CANARY })).toThrow(/^ {2}KEY: is not valid$/m);
    expect(complaint({ TOKEN: 'cana', PORT: 'x' })).not.toContain('cana');
  });
});
