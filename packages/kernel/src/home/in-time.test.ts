import { expect, it } from 'vitest';
import { inTime } from './in-time.ts';

it('waits for what comes, and not for what does not', async () => {
  await expect(inTime(Promise.resolve(1), 'a')).resolves.toBe(1);
  await expect(inTime(Promise.reject(new Error('no disk')), 'a')).rejects.toThrow('no disk');
  const never = new Promise(() => undefined);
  await expect(inTime(never, 'agents/a.md', 10)).rejects.toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('agents/a.md'),
  });
});
