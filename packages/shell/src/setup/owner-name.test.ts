import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nameIn, withName } from './owner-name.ts';

const TEMPLATE = readFileSync(new URL('../../../../home/system/user.md', import.meta.url), 'utf8');

it('fills the line that a new home has for it, and changes nothing else', () => {
  expect(nameIn(TEMPLATE)).toBe('');
  const named = withName(TEMPLATE, 'Ada');
  expect(nameIn(named)).toBe('Ada');
  expect(named).toBe(TEMPLATE.replace('- Name:', '- Name: Ada'));
  expect(withName(named, 'Grace')).toBe(TEMPLATE.replace('- Name:', '- Name: Grace'));
});

it('takes a name as it is written', () => {
  for (const name of ["$1 O'Neil $&", 'Łukasz', '李 小龍'])
    expect(nameIn(withName(TEMPLATE, name))).toBe(name);
});

it('adds the line to a text of the owner’s own, and makes a text where there is none', () => {
  expect(withName('I like tea.\r\n', 'Ada')).toBe('I like tea.\n\n- Name: Ada\n');
  expect(withName('', 'Ada')).toBe('# About me\n\n- Name: Ada\n');
  expect(withName('Name: Ada\r\nLanguage: en\r\n', 'Bo')).toBe('Name: Bo\r\nLanguage: en\r\n');
});
