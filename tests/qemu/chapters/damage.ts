import { expect, it } from 'vitest';
import { writeToDisk } from '../support/disk.ts';
import { findPixels, type Picture } from '../support/picture.ts';
import { BOOT_MS, type Story } from '../support/story.ts';
import { waitFor } from '../support/wait.ts';

// Of the system, read by nothing that a start needs, and large: a small file shares its block with others.
const PROGRAM = '/usr/bin/rg';

export const damage = (of: () => Story): void => {
  const guest: Story['guest'] = (command, options) => of().guest(command, options);
  const startOf = async (partition: string) =>
    Number(await guest(`cat /sys/class/block/${partition}/start`)) * 512;

  /** What is wrong is said in this colour, on the way to the desktop. */
  const warned = async (name: string): Promise<string> => {
    const story = of();
    await waitFor(
      'a warning on the screen',
      async () =>
        findPixels(await story.machine.screen(), (r, g, b) => r === 0xff && g === 0xd2 && b === 0x7d).count >
        200,
      { timeoutMs: BOOT_MS, everyMs: 500 },
    );
    await story.photograph(name);
    await story.painted();
    await story.machine.ssh.ready(BOOT_MS);
    return guest('cat /run/matrix-sign-in/code.js');
  };

  it('comes up with a full disk, and says so', { timeout: BOOT_MS }, async () => {
    const story = of();
    await guest(
      'sync; fallocate -l $(df --output=avail --block-size=1 /home | tail -1) /home/matrix/film.mkv; sync',
    );
    await guest('su matrix -c "dd if=/dev/zero of=/home/matrix/more bs=64k" 2>&1 || true; sync');
    await story.machine.cutPower();
    await story.boot();
    expect(await warned('full')).toContain('The disk is full.');
    const { page } = await story.look();
    await page.getByLabel('Message').waitFor({ timeout: BOOT_MS });
    await guest('rm /home/matrix/film.mkv /home/matrix/more');
  });

  it('comes up with a data partition that is beyond repair, and says so', { timeout: BOOT_MS }, async () => {
    const story = of();
    const data = await startOf('vda6');
    const extent = /^\s*0:\s+\d+\.\.\s*\d+:\s+(\d+)\.\./m.exec(
      await guest(`filefrag -v -b4096 ${PROGRAM}`),
    )?.[1];
    const program = (await startOf('vda3')) + Number(extent) * 4096;
    expect(Number.isInteger(program)).toBe(true);
    expect(await guest(`md5sum <${PROGRAM} && echo read`)).toContain('read');
    await story.machine.shutDown();
    await writeToDisk(story.machine.disk, data, 64 * 1024 * 1024, 0xa5);
    await writeToDisk(story.machine.disk, program, 1, 0xff);
    await story.boot();
    expect(await warned('damaged')).toMatch(/damaged|can not be mounted/);
    expect(await guest('findmnt -no FSTYPE /var')).toBe('tmpfs\n');
    const { page } = await story.look();
    // By role: what the setup hides does not count.
    const composer = page.getByRole('textbox', { name: 'Message' });
    await composer.or(page.getByRole('dialog')).first().waitFor({ timeout: BOOT_MS });
  });

  it('refuses a byte of the system that was changed', async () => {
    await expect(guest(`md5sum <${PROGRAM}`)).rejects.toThrow(/Input\/output error/);
    expect(await guest('journalctl -kb --no-pager -o cat')).toMatch(/verity.*data block \d+ is corrupted/);
  });

  it('starts again by itself after a crash of the kernel', { timeout: 180_000 }, async () => {
    const story = of();
    await guest('(sleep 1; echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger) >/dev/null 2>&1 &');
    // The harness ends the machine where another would start again (-no-reboot).
    await story.machine.off;
  });

  it('says so and starts again when the system can not be started', { timeout: BOOT_MS }, async () => {
    const story = of();
    // A root that no partition of the disk has; nobody waits for it as long as for a slow disk.
    await story.boot({
      kernelWords: [`roothash=${'0'.repeat(64)}`, 'systemd.default_device_timeout_sec=10'],
    });
    // White, below the logo: nothing else on the splash is.
    const lettersBelow = (picture: Picture) => {
      const { count, box } = findPixels(picture, (r, g, b) => r === g && g === b && r > 200);
      return count > 100 && box.top > picture.height / 2;
    };
    await waitFor('the message', async () => lettersBelow(await story.machine.screen()), {
      timeoutMs: 120_000,
    });
    await story.photograph('can-not-start');
    await story.machine.off;
  });
};
