import { BlockList, isIP, isIPv4 } from 'node:net';
import { z } from 'zod';

/** Some of the Internet's addresses: single ones and networks. */
export interface AddressRanges {
  /** False for what is no address. An IPv4 address in its IPv6 form (`::ffff:10.0.0.1`) counts as what it is. */
  has(address: string): boolean;
}

/** A configuration's field: addresses and networks (`10.0.0.0/8`, `fd00::/8`) with commas between; none when left out. */
export const addressRanges = z
  .string()
  .default('')
  .transform((text, context): AddressRanges => {
    const ranges = new BlockList();
    for (const entry of text.split(',').map((part) => part.trim())) {
      if (entry !== '' && !add(ranges, entry))
        context.addIssue(`"${entry}" is neither an address nor a network such as 10.0.0.0/8`);
    }
    return { has: (address) => isIP(address) !== 0 && ranges.check(bare(address), familyOf(address)) };
  });

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

/** Without the zone of a link-local address (`fe80::1%eth0`). */
const bare = (address: string): string => address.split('%', 1)[0] ?? '';

const add = (ranges: BlockList, entry: string): boolean => {
  const [, address = '', prefix] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? [];
  if (isIP(address) === 0) return false;
  const family = familyOf(address);
  if (prefix === undefined) ranges.addAddress(address, family);
  else if (Number(prefix) > (family === 'ipv4' ? 32 : 128)) return false;
  else ranges.addSubnet(address, Number(prefix), family);
  return true;
};

/**
 * Whom an address counts as when somebody is to be slowed down: itself, or for IPv6 its network of 64 bits, since one household
 * or one attacker holds a whole one. What is no address counts for itself.
 */
export const networkOf = (address: string): string => {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = bare(address)
    .toLowerCase()
    // Its last two groups may be written as an IPv4 address.
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
      [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
    )
    .split('::', 2)
    .map((part) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))));
  const before = head === '' ? [] : head;
  const after = tail ?? [];
  const groups = [
    ...before,
    ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0),
    ...after,
  ];
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
};
