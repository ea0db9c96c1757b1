import { expect, it } from 'vitest';
import { createSseScan } from './sse-scan.ts';

const eventsOf = (...chunks: string[]): [string, string][] => {
  const found: [string, string][] = [];
  const scan = createSseScan({
    wants: (event) => event !== 'skip',
    onData: (event, data) => found.push([event, data]),
    onSkipped: (event, bytes) => found.push([event, `${bytes} bytes`]),
  });
  for (const chunk of chunks) scan.write(Buffer.from(chunk));
  return found;
};

it('keeps an event together when CR LF is cut in two', () => {
  expect(eventsOf('event: a\r', '\ndata: 1\r', '\n\r', '\nevent: b\rdata: 2\r\r')).toEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
});

it('joins data lines, and takes data without a space', () => {
  expect(eventsOf('data:1\ndata:  2\n\n')).toEqual([['', '1\n 2']]);
});

it('counts what nobody wants, over any number of chunks', () => {
  expect(eventsOf('event: skip\nda', 'ta: 123', '45\n\nevent: a\ndata: x\n\n')).toEqual([
    ['skip', '11 bytes'],
    ['a', 'x'],
  ]);
});

it('forgets an event that its stream broke off', () => {
  expect(eventsOf('event: a\ndata: 1\n')).toEqual([]);
});
