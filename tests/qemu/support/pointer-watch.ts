import type { Story } from './story.ts';
import { waitFor } from './wait.ts';

/**
 * What the display draws itself, as the kernel tells: the picture, and over it a pointer, which no screenshot has. virtio's card
 * has one plane for each, and a pointer that is hidden has no frame buffer.
 */
const PLANES = '/sys/kernel/debug/dri/0/state';
const MOUNTED = 'mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug';
const SEEN = '/run/watch-pointer';

/** Writes down twice a second, from before the compositor is there, how many planes show something. */
export const POINTER_WATCH = {
  credentials: {
    'systemd.extra-unit.watch-pointer.service': `[Unit]
DefaultDependencies=no
Before=matrix-kiosk.service
[Service]
ExecStart=/bin/sh -c 'until ${MOUNTED}; do sleep 0.2; done; while sleep 0.5; do echo "$(cut -d " " -f 1 /proc/uptime) $(grep -A2 ^plane ${PLANES} | grep -c "fb=[1-9]")"; done >${SEEN} 2>/dev/null'
`,
  },
  kernelWords: ['systemd.wants=watch-pointer.service'],
} as const;

interface Sight {
  /** Of the kernel's clock. */
  readonly seconds: number;
  readonly planes: number;
}

export const pointerSights = async (guest: Story['guest']): Promise<readonly Sight[]> =>
  (await guest(`cat ${SEEN}`))
    .trim()
    .split('\n')
    .map((line) => {
      const [seconds, planes] = line.split(' ').map(Number);
      return { seconds: seconds ?? Number.NaN, planes: planes ?? Number.NaN };
    });

/** Whether there is a pointer on the screen now. */
export const showsPointer = async (guest: Story['guest']): Promise<boolean> =>
  (await guest(`${MOUNTED}; grep -A2 ^plane ${PLANES}`)).match(/\bfb=[1-9]/g)?.length === 2;

/** As a hand does it: until the pointer is seen. The first movement only lets it in. */
export const movePointer = async ({ machine, guest }: Story): Promise<void> => {
  let x = 600;
  await waitFor(
    'the pointer on the screen',
    async () => {
      x = x === 600 ? 620 : 600;
      await machine.pointer.move(x, 200);
      return showsPointer(guest);
    },
    { timeoutMs: 30_000, everyMs: 500 },
  );
};
