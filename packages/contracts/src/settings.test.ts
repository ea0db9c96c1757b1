import { expect, it } from 'vitest';
import { KeyUpdate } from './settings.ts';

it('takes a key as it is copied, and none that could not be sent', () => {
  expect(KeyUpdate.parse({ apiKey: ' sk-ant-1234\n' })).toEqual({ apiKey: 'sk-ant-1234' });
  for (const apiKey of ['sk-ant-12\n34', 'sk-ant-12 34', 'sk-ant-12€34', 'sk-ant-12\u202e34'])
    expect(KeyUpdate.safeParse({ apiKey }).error?.issues[0]?.message).toMatch(/^copy the key once more/);
});
