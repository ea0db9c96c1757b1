import { expect, it } from 'vitest';
import { BOOT_MS, type Story } from '../support/story.ts';

export const powerCut = (of: () => Story): void => {
  const guest: Story['guest'] = (command, options) => of().guest(command, options);

  it('has everything when it is switched on again', { timeout: BOOT_MS }, async () => {
    const story = of();
    await story.machine.cutPower();
    await story.boot({ withKey: false, keyboard: false });
    await story.painted();
    // The key that the owner has given is one of the things that stay.
    await story.machine.ssh.ready(BOOT_MS);
    await story.photograph('after-power-cut');
    const { page } = await story.look();
    await page.getByLabel('Message').waitFor({ timeout: BOOT_MS });
    expect(await guest('ls /home/matrix/matrixos/apps')).toMatch(/dice[\s\S]*todo/);
    expect(
      await guest('git -c safe.directory=* -C /home/matrix/matrixos fsck --strict 2>&1 && echo sound'),
    ).toMatch(/sound/);
    expect((await guest('systemctl --failed --no-legend --plain')).trim()).toBe('');
    expect(JSON.parse(await guest('journalctl --list-boots --no-pager --output=json'))).toHaveLength(2);
  });
};
