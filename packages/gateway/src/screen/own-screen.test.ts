import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../testing/test-app.ts';
import { hasKeyboard } from './has-keyboard.ts';
import { ownScreen } from './own-screen.ts';

const device = (name: string, handlers: string, key: string): string =>
  `I: Bus=0011 Vendor=0001 Product=0001 Version=ab41\nN: Name="${name}"\nP: Phys=isa0060/serio0/input0\n` +
  `H: Handlers=${handlers}\nB: PROP=0\nB: EV=120013\nB: KEY=${key}\nB: MSC=10\n\n`;

const KEYBOARD = device(
  'AT Translated Set 2 keyboard',
  'sysrq kbd event0 leds',
  '402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe',
);
const OF_A_PI = device(
  'Logitech K400',
  'kbd event3',
  '10007 ff9f207a c14057ff febeffdf ffefffff ffffffff fffffffe',
);
const POWER = device('Power Button', 'kbd event1', '10000000000000 0');
const REMOTE = device(
  'vc4-hdmi',
  'kbd event2',
  'ffffc000000000 3ff 0 400000320fc200 40830c900000000 0 210300 49d2c040ec00 1e378000000000 8010000010000000',
);
const TOUCH = device('Goodix Capacitive TouchScreen', 'mouse0 event4', '400 0 0 0 0 0');

describe('the devices of the machine', () => {
  it.each([
    ['a keyboard', KEYBOARD, true],
    ['a keyboard on a machine of 32 bits', OF_A_PI, true],
    ['a power button', POWER, false],
    ['the keys of a remote control', REMOTE, false],
    ['a touch screen', TOUCH, false],
    ['keys that are all beyond the letters', device('Odd', 'kbd event5', 'fffffffe00000000'), false],
    ['nothing', '', false],
  ])('%s can type: %s', (_what, devices, types) => {
    expect(hasKeyboard(devices)).toBe(types);
    expect(hasKeyboard(POWER + devices + TOUCH)).toBe(types);
  });
});

describe('the screen of the machine', () => {
  const machine = async (release: string, devices: string | undefined) => {
    const folder = await makeFolder('machine');
    const paths = { release: join(folder, 'os-release'), devices: join(folder, 'devices') };
    await writeFile(paths.release, release);
    if (devices !== undefined) await writeFile(paths.devices, devices);
    return paths;
  };
  const APPLIANCE = 'ID=debian\nIMAGE_ID="matrix-os"\nIMAGE_VERSION=0.1.0\n';

  it('is the appliance’s, with or without a keyboard', async () => {
    expect(await ownScreen(await machine(APPLIANCE, POWER + TOUCH))).toEqual({ keyboard: false });
    expect(await ownScreen(await machine(APPLIANCE, POWER + KEYBOARD))).toEqual({ keyboard: true });
    expect(await ownScreen(await machine(APPLIANCE, undefined))).toEqual({ keyboard: true });
  });

  it('is none of ours anywhere else', async () => {
    expect(await ownScreen(await machine('ID=debian\n', TOUCH))).toBeNull();
    const paths = await machine(APPLIANCE, TOUCH);
    expect(await ownScreen({ ...paths, release: join(paths.release, 'missing') })).toBeNull();
  });
});
