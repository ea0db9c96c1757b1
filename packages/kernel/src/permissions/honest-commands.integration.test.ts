import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { agentHome, openTurnFolders } from '../claude/turn-folders.ts';
import { systemRules } from '../wall/system-rules.ts';
import { createWall } from '../wall/wall.ts';
import { HONEST_COMMANDS } from './honest-commands.fixture.ts';
import { createPlaces } from './places.ts';
import { rule } from './policy.ts';

const PATH = process.env.PATH ?? '';
const root = realpathSync(mkdtempSync(join(tmpdir(), 'matrix-honest-')));
const [home, statePath] = [join(root, 'home'), join(root, 'state')];
cpSync(join(import.meta.dirname, '../../../../home'), home, { recursive: true });
mkdirSync(statePath, { mode: 0o700 });
afterAll(() => rmSync(root, { recursive: true }));

test('200 honest commands are let through by the rules, and work behind the wall', async () => {
  const system = systemRules({ path: PATH, userHome: homedir(), closed: [statePath, home] });
  const wall = createWall({ perl: '/usr/bin/perl', system });
  const folders = await openTurnFolders({
    home,
    statePath,
    context: 'owner',
    ownerHome: undefined,
    execute: [],
    read: [],
  });
  const places = createPlaces({
    home,
    statePath,
    userHome: () => agentHome(statePath),
    own: [],
    agentHome: join(statePath, 'agent-home'),
  });
  const failures: string[] = [];
  for (const command of HONEST_COMMANDS) {
    const request = { id: 't', name: 'Bash', input: { command } };
    for (const autonomy of ['ask', 'free'] as const) {
      const ruling = await rule(request, {
        places,
        autonomy,
        wall,
        remembers: () => false,
        hasReadOutside: false,
      });
      if (ruling.decision !== (autonomy === 'ask' ? 'ask' : 'allow'))
        failures.push(`${command}: ${ruling.decision}`);
    }
    const [file, ...args] = wall.enclose(folders.openings, ['/bin/bash', '-c', command]);
    const env = { PATH, HOME: folders.userHome, TMPDIR: folders.temporary, LANG: 'C.UTF-8' };
    const said = await new Promise<string>((resolve) => {
      execFile(file, args, { cwd: home, env, timeout: 30_000 }, (error, out, err) =>
        resolve(
          error === null && !/permission denied|not permitted/i.test(err)
            ? ''
            : `${error?.code}: ${out}${err}`,
        ),
      );
    });
    if (said !== '') failures.push(`${command} → ${said}`);
  }
  await folders.close();
  expect(HONEST_COMMANDS.length).toBeGreaterThanOrEqual(200);
  expect(failures).toEqual([]);
}, 240_000);
