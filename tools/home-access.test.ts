import { describe, expect, it } from 'vitest';
import { homeAccessProblems, openingImports, removesTrees } from './home-access.ts';
import { ROOT } from './setup/paths.mjs';

describe('the home', () => {
  it('is read and written in one way only', () => {
    expect(homeAccessProblems(ROOT)).toEqual([]);
  });

  it.each([
    [`import { readFile } from 'node:fs/promises';`, ['readFile']],
    [`import { lstat, readFile as look, rm } from 'fs/promises';`, ['readFile']],
    [`import {\n  type Dirent,\n  openSync,\n  readdirSync,\n} from 'node:fs';`, ['openSync', 'readdirSync']],
    [`import fs from 'node:fs';`, ['fs']],
    [`import * as fs from 'node:fs/promises';`, ['* as fs']],
    [`import fs, { lstat } from 'node:fs';`, ['fs']],
    [`const { open } = await import('node:fs/promises');`, [`import('node:fs/promises')`]],
    [`process.getBuiltinModule('node:fs')`, [`import('node:fs')`]],
    [`import { AppError, atomicWriteFile } from '@matrix-os/kit';`, ['atomicWriteFile']],
    [`import { lstat, mkdir, rename, rm } from 'node:fs/promises';`, []],
    [`import { open } from './somewhere.ts';`, []],
  ])('is opened by %j: %j', (source, found) => {
    expect(openingImports(source)).toEqual(found);
  });

  it.each([
    ['await rm(path, { recursive: true, force: true });', true],
    ['rmSync(join(at, name), {\n  force: true,\n  recursive: true,\n});', true],
    ['await rm(join(at, name), { force: true }); await mkdir(at, { recursive: true });', false],
    ['await removeTree(path);', false],
  ])('has trees removed by %j: %j', (source, found) => {
    expect(removesTrees(source)).toBe(found);
  });
});
