import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createApps } from './apps/apps.ts';
import { createBuiltinEngine } from './builtin/builtin-engine.ts';
import { describeEngineContract } from './engine-contract.ts';
import { createConfinement } from './home/confine.ts';
import { tempFolder } from './home/temp-folder.fixture.ts';
import { createTrash } from './home/trash.ts';
import { createJobsFile } from './jobs/jobs-file.ts';

const TEMPLATE = join(import.meta.dirname, '../../../home');

describeEngineContract(
  'builtin',
  async () => {
    const home = tempFolder({ 'documents/welcome.md': '# Welcome\n' });
    const confinement = createConfinement(home);
    const trash = createTrash({ home, bin: join(tempFolder(), 'trash'), confinement });
    const onDamaged = () => {};
    const engine = createBuiltinEngine({
      home,
      apps: createApps({ home, templatePath: TEMPLATE, trash, onDamaged }),
      jobs: createJobsFile({ home, onDamaged }),
      trash,
      confinement,
      version: '0.0.0-test',
    });
    return {
      engine,
      question: 'help',
      order: 'make a note called groceries: quince and medlar',
      endless: 'help',
      async done() {
        const names = readdirSync(home, { recursive: true, withFileTypes: true });
        const texts = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
        return texts.some((path) => readFileSync(path, 'utf8').includes('quince and medlar'));
      },
      processes: async () => [],
      close: () => engine.close(),
    };
  },
  {
    describe,
    test: (name, body) => void test(name, body),
    equal: (actual, expected) => expect(actual).toEqual(expected),
    ok: (value, what) => expect(value, what).toBe(true),
  },
);
