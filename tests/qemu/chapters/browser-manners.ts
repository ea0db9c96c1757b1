import { expect, it } from 'vitest';
import type { Story } from '../support/story.ts';
import { waitFor } from '../support/wait.ts';

export const browserManners = (of: () => Story): void => {
  const guest: Story['guest'] = (command, options) => of().guest(command, options);

  it('shows nothing but the local desktop, by policy', async () => {
    const { page } = of().screen;
    const answer = await page.evaluate(() =>
      fetch('http://example.org/', { mode: 'no-cors' }).then(
        () => 'fetched',
        () => 'refused',
      ),
    );
    expect(answer).toBe('refused');
    // Another address in the place of the desktop is blocked too; the tests' own page is not led away.
    const other = await page.context().newPage();
    const blocked = await other.goto('http://example.org/').then(
      () => 'shown',
      (error: Error) => error.message,
    );
    expect(blocked).toContain('ERR_BLOCKED_BY_ADMINISTRATOR');
    await other.close();
    expect(new URL(page.url()).host).toBe('localhost:3000');
  });

  it('leaves what is downloaded in the owner’s documents', async () => {
    const { page } = of().screen;
    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob(['a picture']));
      link.download = 'holiday.txt';
      link.click();
    });
    const folder = '/home/matrix/matrixos/documents/Downloads';
    await waitFor(
      'the download',
      async () => (await guest(`cat ${folder}/holiday.txt 2>/dev/null || true`)) === 'a picture',
      { timeoutMs: 60_000, everyMs: 1000 },
    );
    expect(await guest(`stat -c '%U %a' ${folder}/holiday.txt`)).toBe('matrix 640\n');
    expect(await guest('ls /var/lib/matrix-downloads')).toBe('');
  });
};
