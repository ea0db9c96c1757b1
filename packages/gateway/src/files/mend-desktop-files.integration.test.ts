import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../testing/test-app.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

it('moves damaged files of the desktop aside, at the start and later, and says so', async () => {
  const home = await makeFolder('home');
  const system = join(home, 'system');
  await mkdir(system);
  await writeFile(join(system, 'layout.json'), '{"windows": [');
  await writeFile(join(system, 'theme.json'), '{"mode":"dark"}');
  const { kernel, request } = await startTestGateway({ home });
  const told = () => JSON.stringify(kernel.events.since(0));
  expect((await request('/files/system/layout.json')).status).toBe(404);
  expect(told()).toContain('system/layout.json could not be read');
  expect(told()).not.toContain('theme.json');

  const windows = Array.from({ length: 5000 }, (_, n) => ({
    id: `app:a-${n}`,
    x: 0,
    y: 0,
    width: 9,
    height: 9,
  }));
  await writeFile(join(system, 'layout.json'), JSON.stringify({ windows }));
  await expect.poll(told, { timeout: 20_000 }).toContain('has 5000 windows');
  expect((await request('/files/system/layout.json')).status).toBe(200);

  await writeFile(join(system, 'theme.json'), '{"mode":"purple"}');
  await expect.poll(told, { timeout: 20_000 }).toContain('system/theme.json could not be read');
  const kept = (await readdir(system)).filter((name) => name.startsWith('theme'));
  expect(kept).toEqual([expect.stringMatching(/^theme\.damaged-/)]);
  expect(await readFile(join(system, kept[0] ?? ''), 'utf8')).toBe('{"mode":"purple"}');
});
