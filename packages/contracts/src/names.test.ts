import { describe, expect, it } from 'vitest';
import { OsHandle } from './names.ts';

describe('the handle of an OS', () => {
  it.each(['alice', 'a', '7', 'bob-2', 'home-of-ada', 'x'.repeat(63)])('can be %s', (name) => {
    expect(OsHandle.safeParse(name).success).toBe(true);
  });

  it.each([
    'owner',
    'system',
    'matrix-os',
    'me',
    'default',
    'OWNER',
    'Alice',
    ' owner',
    'owner ',
    'own\u0435r',
    'owner\u200b',
    'owner\n',
    'xn--owner-9za',
    'a.b',
    '-a',
    'a-',
    'a--b',
    'a_b',
    '',
    'x'.repeat(64),
  ])('can not be %j', (name) => {
    expect(OsHandle.safeParse(name).success).toBe(false);
  });

  it.each([null, undefined, 7, true, ['alice'], { toString: () => 'alice' }])('is text, not %j', (value) => {
    expect(OsHandle.safeParse(value).success).toBe(false);
  });
});
