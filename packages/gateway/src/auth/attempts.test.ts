import { expect, it } from 'vitest';
import { createAttempts } from './attempts.ts';

const fail = (attempts: ReturnType<typeof createAttempts>, addresses: string[]) => {
  for (const address of addresses) attempts.failed(address);
};

it('counts a whole IPv6 network as one address, however it is written, and each IPv4 address for itself', () => {
  const attempts = createAttempts();
  fail(
    attempts,
    Array.from({ length: 10 }, (_, i) => `2001:db8::${i + 1}:2:3:4`),
  );
  expect(() => attempts.failed('2001:db8:0:0:ffff::9')).toThrow('Too many');
  attempts.failed('2001:db8:1:3::1');
  fail(
    attempts,
    Array.from({ length: 10 }, (_, i) => `::ffff:10.0.0.${i}`),
  );
  attempts.failed('::ffff:10.0.0.99');
});

it('bounds everybody together', () => {
  const attempts = createAttempts();
  fail(
    attempts,
    Array.from({ length: 200 }, (_, i) => `10.0.${i}.1`),
  );
  expect(() => attempts.failed('192.0.2.1')).toThrow('Too many');
});

it('starts anew each minute', () => {
  let time = 1e12;
  const attempts = createAttempts({ now: () => time });
  fail(attempts, Array<string>(10).fill('192.0.2.1'));
  expect(() => attempts.failed('192.0.2.1')).toThrow('wait 60 s');
  time += 60_000;
  attempts.failed('192.0.2.1');
});
