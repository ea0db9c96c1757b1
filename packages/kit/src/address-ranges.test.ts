import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addressRanges, networkOf } from './address-ranges.ts';
import { loadConfig } from './config.ts';

const parse = (text: string) => loadConfig(z.object({ RANGES: addressRanges }), { RANGES: text }).RANGES;

describe('ranges of addresses', () => {
  it('holds single addresses and networks of both kinds', () => {
    const ranges = parse(' 127.0.0.1, 10.0.0.0/8,fd00::/8, 2001:DB8::1 ,');
    for (const address of [
      '127.0.0.1',
      '::ffff:127.0.0.1',
      '10.255.0.1',
      '::ffff:a00:1',
      'fd12::9',
      '2001:db8::1',
    ])
      expect([address, ranges.has(address)]).toEqual([address, true]);
    for (const address of [
      '127.0.0.2',
      '11.0.0.1',
      'fe80::1%eth0',
      '2001:db8::2',
      '::1',
      'unknown',
      '',
      '10.0.0.1:80',
    ])
      expect([address, ranges.has(address)]).toEqual([address, false]);
  });

  it('is empty without a text', () => {
    expect(loadConfig(z.object({ RANGES: addressRanges }), {}).RANGES.has('127.0.0.1')).toBe(false);
  });

  it.each([
    'caddy',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0/8',
    'fd00::/129',
    '*',
    '10.0.0.1 10.0.0.2',
    '1.2.3.4/',
    '::1%lo',
  ])('names what is none: %s', (text) => {
    expect(() => parse(`127.0.0.1,${text}`)).toThrow(`"${text}" is neither`);
  });
});

describe('whom an address counts as', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['0:0:0:0:0:ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::a:b:c:d', '2001:db8:0:0::/64'],
    ['2001:db8::ffff:b:c:d', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
