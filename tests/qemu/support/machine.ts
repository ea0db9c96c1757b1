import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../support/free-port.ts';
import { acceleration } from './acceleration.ts';
import { emulator, FIRMWARE } from './emulator.ts';
import { createKeyboard, type Keyboard } from './keyboard.ts';
import { type Picture, readPpm } from './picture.ts';
import { createPointer, type Pointer } from './pointer.ts';
import { type PointerWatch, watchPointer } from './pointer-watch.ts';
import { connectQmp, type Qmp } from './qmp.ts';
import { createSsh, type Ssh } from './ssh.ts';
import { InVain, waitFor } from './wait.ts';

const run = promisify(execFile);
const SCREEN = { width: 1280, height: 800 } as const;

export interface MachineOptions {
  /** The disk to start from; it is not written to unless `disk` is a machine's own. */
  readonly image: string;
  /** An existing machine's disk and firmware variables, to boot the same computer again. */
  readonly folder?: string;
  readonly diskSize?: string;
  readonly memoryMib?: number;
  /** Whether the firmware hands root's key over; without it, SSH is as an owner finds it. */
  readonly withKey?: boolean;
  /** systemd credentials by name, as SMBIOS strings: what a real machine's firmware or a cloud would hand over. */
  readonly credentials?: Readonly<Record<string, string>>;
  /** Words after the kernel's own command line. */
  readonly kernelWords?: readonly string[];
  /** Whether one is plugged in; it is unless this says false. */
  readonly keyboard?: boolean;
}

/** A computer under OVMF: a screen, a keyboard, a disk, a cable, and a plug to pull. */
export interface Machine {
  readonly folder: string;
  readonly disk: string;
  readonly keyboard: Keyboard;
  readonly pointer: Pointer;
  readonly qmp: Qmp;
  readonly ssh: Ssh;
  /** What opens SSH to the tests once the guest knows it. */
  readonly publicKey: string;
  readonly sshPort: number;
  /** Milliseconds since the plug went in. */
  uptime(): number;
  screen(): Promise<Picture>;
  /** Sees what the display draws over that, from now on. */
  watchPointer(): Promise<PointerWatch>;
  /** Writes what is on the screen as a PNG, for people. */
  photograph(path: string): Promise<void>;
  serial(): Promise<string>;
  /** Pulls the plug: nothing in the guest gets to run any more. */
  cutPower(): Promise<void>;
  /** Presses the power button and waits for the machine to be off. */
  shutDown(): Promise<void>;
  /** Resolves when the machine is off, however that came. */
  readonly off: Promise<void>;
  /** `cutPower`, and the folder is gone. */
  dispose(): Promise<void>;
}

/** A machine's folder with a disk over `image`; several machines can share one image. */
const prepareMachine = async (image: string, diskSize = '12G'): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'matrix-vm-'));
  const disk = join(folder, 'disk.qcow2');
  const { command, args, env } = emulator('qemu-img');
  await run(command, [...args, 'create', '-q', '-f', 'qcow2', '-b', image, '-F', 'raw', disk, diskSize], {
    env,
  });
  await copyFile(FIRMWARE.variables, join(folder, 'vars.fd'));
  await mkdir(join(folder, 'ssh'), { mode: 0o700 });
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', join(folder, 'ssh', 'key')]);
  return folder;
};

export const startMachine = async (options: MachineOptions): Promise<Machine> => {
  const folder = options.folder ?? (await prepareMachine(options.image, options.diskSize));
  const disk = join(folder, 'disk.qcow2');
  const serialLog = join(folder, 'serial.log');
  const socket = join(folder, 'qmp.sock');
  const display = join(folder, 'vnc.sock');
  await Promise.all([socket, display].map((path) => rm(path, { force: true })));
  const sshPort = await freePort();
  const key = (await readFile(join(folder, 'ssh', 'key.pub'), 'utf8')).trim();

  const credentials = {
    ...(options.withKey === false ? {} : { 'ssh.authorized_keys.root': key }),
    ...options.credentials,
  };
  const words = ['console=ttyS0', 'plymouth.ignore-serial-consoles', ...(options.kernelWords ?? [])];
  const smbios = [
    ...Object.entries(credentials).map(
      ([name, value]) =>
        `value=io.systemd.credential.binary:${name}=${Buffer.from(value).toString('base64')}`,
    ),
    `value=io.systemd.stub.kernel-cmdline-extra=${words.join(' ')}`,
  ].flatMap((value) => ['-smbios', `type=11,${value.replaceAll(',', ',,')}`]);

  const startedAt = performance.now();
  const uptime = () => performance.now() - startedAt;
  const { command, args, env } = emulator('qemu-system-x86_64');
  // The kernel ends it with us, whatever ended us.
  const child = spawn(
    'setpriv',
    [
      ['--pdeathsig', 'KILL', command, ...args],
      ['-nodefaults', '-no-user-config', '-smp', '2'],
      [...(await acceleration())],
      // The board brings an old one along, whether anything is plugged into it or not.
      options.keyboard === false ? ['-machine', 'i8042=off'] : ['-device', 'virtio-keyboard-pci'],
      ['-m', String(options.memoryMib ?? 3072), '-display', 'none', '-vnc', `unix:${display}`, '-no-reboot'],
      ['-drive', `if=pflash,format=raw,readonly=on,file=${FIRMWARE.code}`],
      ['-drive', `if=pflash,format=raw,file=${join(folder, 'vars.fd')}`],
      ['-drive', `file=${disk},if=none,id=disk,format=qcow2,discard=unmap`],
      ['-device', 'virtio-blk-pci,drive=disk,bootindex=0'],
      ['-device', `virtio-vga,xres=${SCREEN.width},yres=${SCREEN.height}`],
      ['-device', 'virtio-tablet-pci', '-device', 'virtio-rng-pci', '-device', 'i6300esb'],
      ['-netdev', `user,id=net,hostfwd=tcp:127.0.0.1:${sshPort}-:22`, '-device', 'virtio-net-pci,netdev=net'],
      ['-serial', `file:${serialLog}`, '-qmp', `unix:${socket},server=on,wait=off`],
      smbios,
    ].flat(),
    { stdio: ['ignore', 'ignore', 'pipe'], env },
  );
  const complaints: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const off = hasEnded(child);
  const qmp = await Promise.race([
    waitFor('QEMU to take commands', () => connectQmp(socket), { timeoutMs: 20_000 }),
    off.then(() => {
      throw new Error(`QEMU did not start: ${complaints.join('')}`);
    }),
  ]);
  let isOff = false;
  void off.then(() => {
    isOff = true;
  });
  const wentOff = async () =>
    new InVain(
      `The machine went off:\n${(await readFile(serialLog, 'utf8')).slice(-2000)}\n${complaints.join('')}`,
    );
  const shell = createSsh({ port: sshPort, folder: join(folder, 'ssh') });
  // Nobody waits for a machine that is off: it says on its serial port why.
  const ssh: Ssh = {
    ...shell,
    ready: (timeoutMs) =>
      Promise.race([
        shell.ready(timeoutMs),
        off.then(async () => {
          throw await wentOff();
        }),
      ]),
  };

  const cutPower = async () => {
    child.kill('SIGKILL');
    await off;
    qmp.close();
    await ssh.close();
  };
  return {
    folder,
    disk,
    keyboard: createKeyboard(qmp),
    pointer: createPointer(qmp, SCREEN),
    qmp,
    ssh,
    sshPort,
    publicKey: key,
    off,
    cutPower,
    uptime,
    watchPointer: () => watchPointer(display, uptime),
    async screen() {
      if (isOff) throw await wentOff();
      const filename = join(folder, 'screen.ppm');
      await qmp.execute('screendump', { filename });
      return readPpm(filename);
    },
    photograph: async (filename) => void (await qmp.execute('screendump', { filename, format: 'png' })),
    serial: () => readFile(serialLog, 'utf8'),
    async shutDown() {
      await qmp.execute('system_powerdown');
      await off;
      qmp.close();
      await ssh.close();
    },
    async dispose() {
      await cutPower();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const hasEnded = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};
