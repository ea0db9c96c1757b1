import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ROOT } from '../../../tools/setup/paths.mjs';
import type { Story } from '../support/story.ts';
import { createTimeServer } from '../support/time-server.ts';
import { waitFor } from '../support/wait.ts';

/** Asks like another machine on the network, from a network of its own: who is matrix.local? */
const ASK = `
import socket, struct
question = struct.pack(">6H", 0, 0, 1, 0, 0, 0) + b"\\x06matrix\\x05local\\x00" + struct.pack(">2H", 1, 1)
wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
wire.bind(("", 5353))
group = socket.inet_aton("224.0.0.251")
wire.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + socket.inet_aton("10.99.0.2"))
wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.99.0.2"))
wire.settimeout(3)
for attempt in range(10):
    wire.sendto(question, ("224.0.0.251", 5353))
    try:
        while True:
            answer, sender = wire.recvfrom(2000)
            if answer[2] & 0x80 and socket.inet_aton("10.99.0.1") in answer:
                print("matrix.local is", sender[0])
                raise SystemExit
    except TimeoutError:
        pass
raise SystemExit("nobody answers")
`;

export const underneath = (of: () => Story): void => {
  const guest: Story['guest'] = (command, options) => of().guest(command, options);

  it('has no failed unit and no ordering cycle', async () => {
    expect((await guest('systemctl --failed --no-legend --plain')).trim()).toBe('');
    const journal = await guest('journalctl -b --no-pager -o cat _PID=1');
    expect(journal).toMatch(/Reached target .*graphical\.target|Reached target Graphical Interface/);
    expect(journal).not.toMatch(/ordering cycle/i);
  });

  it('listens to the network with nothing but SSH, for which a key was given, and the name matrix.local', async () => {
    const open = (await guest(`ss -tulnH | awk '{print $1, $5}'`))
      .trim()
      .split('\n')
      .filter((line) => !/ (127\.|\[::1\])/.test(line))
      .map((line) => line.replace(/ .*:/, ' '))
      // The lease's own client talks over a raw or a bound socket while it renews.
      .filter((line) => !/^udp (68|546)$/.test(line));
    expect([...new Set(open)].sort()).toEqual(['tcp 22', 'udp 5353']);
  });

  it('answers to matrix.local', async () => {
    await guest(
      [
        'ip netns add peer',
        'ip link add p0 type veth peer name p1 netns peer',
        '(nmcli device set p0 managed no || true)',
        'ip address add 10.99.0.1/24 dev p0',
        'ip link set p0 up',
        'ip netns exec peer ip address add 10.99.0.2/24 dev p1',
        'ip netns exec peer ip link set p1 up',
        'resolvectl mdns p0 yes',
      ].join(' && '),
    );
    expect(await guest('ip netns exec peer python3 -IS -', { input: ASK })).toContain(
      'matrix.local is 10.99.0.1',
    );
    await guest('ip netns delete peer');
  });

  it('takes the time from the network', async () => {
    const server = await createTimeServer();
    onTestFinished(() => server.close());
    await guest(
      'mkdir -p /run/systemd/timesyncd.conf.d && printf "[Time]\\nNTP=10.0.2.2\\n" >/run/systemd/timesyncd.conf.d/test.conf && systemctl restart systemd-timesyncd',
    );
    await waitFor('the time', async () => (await guest('timedatectl show -P NTPSynchronized')) === 'yes\n', {
      timeoutMs: 60_000,
      everyMs: 1000,
    });
    expect(server.asked()).toBeGreaterThan(0);
  });

  it('swaps to compressed memory, and has a watchdog start it again when it hangs', async () => {
    expect(await guest('swapon --show=NAME --noheadings')).toBe('/dev/zram0\n');
    expect(await guest('cat /sys/class/watchdog/watchdog0/state')).toBe('active\n');
    expect(await guest('sysctl -n kernel.panic kernel.panic_on_oops')).toBe('10\n1\n');
  });

  it('has a root that can not be written, checked by verity against what the kernel was given', async () => {
    await expect(guest('touch /usr/share/x')).rejects.toThrow(/Read-only file system/);
    await expect(guest('mount -o remount,rw / && touch /usr/share/x')).rejects.toThrow();
    const table = await guest('dmsetup table root');
    expect(table).toMatch(/verity/);
    expect((await guest('dmsetup status root')).trim()).toMatch(/V$/);
    const roothash = /roothash=([0-9a-f]{64})/.exec(
      readFileSync(of().image.replace(/\.raw$/, '.efi'), 'latin1'),
    )?.[1];
    expect(roothash).toBeDefined();
    expect(table).toContain(roothash);
    expect(await guest('cat /proc/cmdline')).toContain(`roothash=${roothash}`);
  });

  it('made a data partition as large as the disk allows, and an empty slot for the next release', async () => {
    const disk = JSON.parse(await guest('lsblk --json --bytes --output NAME,SIZE,PARTLABEL /dev/vda'))
      .blockdevices[0];
    const parts: { size: number; partlabel: string }[] = disk.children;
    expect(parts.map((part) => part.partlabel)).toEqual([
      'esp',
      expect.stringMatching(/^matrix-os_/),
      expect.stringMatching(/^matrix-os_/),
      '_empty',
      '_empty',
      'matrix-data',
    ]);
    const free = disk.size - parts.reduce((sum, part) => sum + part.size, 0);
    expect(free).toBeLessThan(4 * 1024 * 1024);
    const size = Number(await guest('df --output=size --block-size=1 /var | tail -1'));
    expect(size).toBeGreaterThan((parts[5]?.size ?? 0) * 0.9);
  });

  it('confines the gateway and the desktop, and runs neither as root', async () => {
    for (const unit of ['matrix-gateway', 'matrix-shell']) {
      const verdict = await guest(`systemd-analyze security --no-pager ${unit}.service | tail -1`);
      expect(Number(/: (\d+\.\d+) /.exec(verdict)?.[1]), unit).toBeLessThanOrEqual(3.0);
      const uid = await guest(`ps -o uid= -p $(systemctl show -P MainPID ${unit})`);
      expect(Number(uid)).toBeGreaterThan(0);
    }
  });

  it('gives the screen a session and a seat of its own, and draws without a GPU', async () => {
    const session = await guest('loginctl list-sessions --no-legend');
    expect(session).toMatch(/\bmatrix-kiosk\b.*\bseat0\b.*\btty1\b/);
    expect(await guest('systemctl is-active getty@tty1.service || true')).toBe('inactive\n');
    const pid = '$(pgrep -x -u matrix-kiosk cage)';
    expect(await guest(`tr '\\0' '\\n' </proc/${pid}/environ`)).toMatch(/^WLR_RENDERER=pixman$/m);
    // A card that is announced twice is taken twice, and then nothing may be drawn.
    const said = await guest('journalctl -b --no-pager _UID=$(id -u matrix-kiosk)');
    expect(said).not.toMatch(/already taken/);
    // One may be under way when a console takes the screen; a screen that is refused for good says so with every frame.
    expect(said.match(/Atomic commit failed/g)?.length ?? 0).toBeLessThan(3);
    // Neither the browser nor what looks after it had to begin again.
    expect(said).not.toMatch(/service crashed|starts anew/);
  });

  it('is a Debian to look around in', async () => {
    expect(await guest('. /etc/os-release && echo $ID $VERSION_CODENAME')).toBe('debian trixie\n');
    expect(await guest('dpkg --status cage | grep ^Status')).toContain('install ok installed');
    expect(await guest('apt-get --version | head -1')).toMatch(/^apt /);
    // Whole but for the changelogs, which the image leaves out.
    expect(await guest('dpkg --verify cage | grep -v changelog || echo as shipped')).toBe('as shipped\n');
    expect(await guest('man --pager=cat cage | head -1')).toMatch(/CAGE/i);
  });

  it('has Node and npm, which installs into the home', async () => {
    expect(await guest('su - matrix -c "npm config get prefix; command -v node"')).toBe(
      '/home/matrix/.local\n/usr/bin/node\n',
    );
  });

  it('is the release that it says it is', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(await guest('. /usr/lib/os-release && echo $IMAGE_VERSION')).toBe(`${version}\n`);
    expect(JSON.parse(await guest('curl -sf http://127.0.0.1:4000/health')).version).toBe(version);
    const { page } = of().screen;
    const { keyboard } = of().machine;
    // An app has the keyboard since the setup: the desktop's shortcuts reach it all the same.
    await keyboard.hold(400, 'ctrl', 'alt', 's');
    const settings = page.getByRole('dialog', { name: 'Settings' });
    await settings.waitFor({ timeout: 60_000 });
    await settings.getByText(version, { exact: true }).waitFor({ timeout: 60_000 });
    await of().photograph('settings');
    await keyboard.press('ctrl', 'alt', 'w');
    await settings.waitFor({ state: 'detached', timeout: 60_000 });
  });
};
