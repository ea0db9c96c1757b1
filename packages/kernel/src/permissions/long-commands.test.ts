import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../home/temp-folder.fixture.ts';
import { explainCommand } from './command-guard.ts';
import { createPlaces } from './places.ts';
import { contentsRun } from './questions.ts';

const LENGTH = 300_000;
const long = (piece: string): string => piece.repeat(Math.ceil(LENGTH / piece.length));

/** Each made some pattern or loop go over the whole command again and again. */
const COMMANDS: readonly (readonly [what: string, command: string])[] = [
  ['blank lines', long('\n')],
  ['blanks', long(' ')],
  ['lines of blanks', long('\n        ')],
  ['flags that look like programs', long('sh -')],
  ['interpreters', long('node ')],
  ['dots', long('. ')],
  ['processes', long('/proc/self')],
  ['folders', long('cd a;')],
  ['folders of long names', long(`cd ${'a'.repeat(200)};`)],
  ['braces', long('{')],
  ['quotes', long(`"'`)],
  ['one word', long('x')],
  ['homes', long('$HOME')],
];

describe('a command of 300,000 characters is judged in the time of its length', () => {
  it.each(COMMANDS)('%s', async (_, command) => {
    const root = tempFolder({ 'home/a.txt': '', 'state/secrets.json': '' });
    const [home, statePath] = [join(root, 'home'), join(root, 'state')];
    const places = createPlaces({
      home,
      statePath,
      userHome: () => join(root, 'user'),
      own: [],
      agentHome: '/nowhere',
    });
    const before = process.cpuUsage();
    explainCommand(command, home, places);
    await contentsRun(command, home, home);
    expect(process.cpuUsage(before).user).toBeLessThan(1_500_000);
  });

  it('and is still found where it reaches', () => {
    const root = tempFolder();
    const [home, statePath] = [join(root, 'home'), join(root, 'state')];
    const places = createPlaces({
      home,
      statePath,
      userHome: () => join(root, 'user'),
      own: [],
      agentHome: '/nowhere',
    });
    const explain = (command: string) => explainCommand(command, home, places);
    expect(explain(`${long('\n')}cat ${statePath}/secrets.json`)).toContain('state');
    expect(explain(`${long('\n')}cat /proc/self/environ`)).toContain('memory');
    expect(explain('cd ..; cat state/secrets.json')).toContain('state');
  });
});
