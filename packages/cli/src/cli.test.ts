import { expect, it } from 'vitest';
import { findCommand, helpText } from './cli.ts';

it.each([undefined, 'help', '--help', '-h'])('lists the commands for %s', (name) => {
  expect(findCommand(name, [])).toEqual({ help: helpText() });
  expect(helpText()).toMatch(/^ {2}up .* start the gateway/m);
});

it('explains one command instead of running it', () => {
  const found = findCommand('up', ['--help']);
  expect(found.command).toBeUndefined();
  expect(found.help).toContain('--logs');
});

it('finds a command, and nothing for a wrong name', () => {
  expect(findCommand('link', []).command?.name).toBe('link');
  expect(findCommand('toString', [])).toEqual({});
});
