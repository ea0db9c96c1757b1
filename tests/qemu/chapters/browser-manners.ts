import { expect, it } from 'vitest';
import type { Story } from '../support/story.ts';
import { waitFor } from '../support/wait.ts';

export const browserManners = (of: () => Story): void => {
  const guest: Story['guest'] = (command, options) => of().guest(command, options);

  it('shows nothing but the local desktop, by policy', async () => {
    const { page } = of().screen;
    // The browser has its own page for what is blocked; the desktop stays where it is in a window below.
    const before = page.context().pages().length;
    await page.evaluate(() => void window.open('https://example.org/', '_blank', 'noopener'));
    await waitFor('the window to be gone again', async () => page.context().pages().length === before, {
      timeoutMs: 60_000,
      everyMs: 500,
    });
    expect(new URL(page.url()).host).toBe('localhost:3000');
    const answer = await page.evaluate(() =>
      fetch('http://example.org/', { mode: 'no-cors' }).then(
        () => 'fetched',
        () => 'refused',
      ),
    );
    expect(answer).toBe('refused');
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
