import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CLOSE_TOO_SLOW,
  CLOSE_UNAUTHORIZED,
  Health,
  PAGE_KEY_HEADER,
  PAGE_KEY_PROTOCOL,
  SOCKET_PROTOCOL,
  type StreamServerFrame,
} from '@matrix-os/contracts';
import { OWNER } from '@matrix-os/kernel';
import { describe, expect, it } from 'vitest';
import { closeCode, greet, isType, readFrames } from '../testing/frames.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

const say = (delta: string) => ({ type: 'text', delta }) as const;
const isEvent = (seq: number) => (frame: StreamServerFrame) =>
  frame.type === 'event' && frame.envelope.seq === seq;

describe('following what happens', () => {
  it('replays what was missed and goes on live, each event once and in order', async () => {
    const { kernel, connect } = await startTestGateway();
    for (let i = 0; i < 1000; i++) kernel.emit(say(`${i}`));
    const socket = connect('/ws');
    const { until, seqs } = readFrames(socket);
    await greet(socket, 100);
    expect(await until(isType('welcome'))).toMatchObject({ seq: 100, reset: false });
    // Between the batches of the replay, as a running turn would.
    for (let i = 0; i < 50; i++) {
      kernel.emit(say('live'));
      await new Promise(setImmediate);
    }
    await until(isEvent(1050));
    expect(seqs()).toEqual(Array.from({ length: 950 }, (_, i) => 101 + i));
  });

  it('starts from now without "after"', async () => {
    const { kernel, connect } = await startTestGateway();
    kernel.emit(say('before'));
    const socket = connect('/ws');
    const { until, seqs } = readFrames(socket);
    await greet(socket);
    expect(await until(isType('welcome'))).toMatchObject({ seq: 1, reset: false });
    kernel.emit(say('after'));
    await until(isEvent(2));
    expect(seqs()).toEqual([2]);
  });

  it.each([3, 99])('says when the gap can not be filled (after %i)', async (after) => {
    const { kernel, connect } = await startTestGateway();
    for (let i = 0; i < 10; i++) kernel.emit(say(`${i}`));
    kernel.forgetThrough(5);
    const socket = connect('/ws');
    const { until } = readFrames(socket);
    await greet(socket, after);
    expect(await until(isType('welcome'))).toMatchObject({ seq: 10, reset: true });
  });

  it('tells of files that change, by whomever, but not of the system’s own', async () => {
    const { home, connect, request } = await startTestGateway();
    const socket = connect('/ws');
    const { until, frames } = readFrames(socket);
    await greet(socket);
    await until(isType('welcome'));
    // The watch is set up behind the welcome: write until it is noticed.
    const noticed = until(isType('files'));
    let writes = 0;
    const writing = setInterval(() => void writeFile(join(home, 'seen.txt'), `${++writes}`), 20);
    await noticed;
    clearInterval(writing);
    await mkdir(join(home, '.git'));
    await writeFile(join(home, '.git', 'index'), 'x');
    const put = await request('/files/uploaded.txt', { method: 'PUT', body: 'hello' });
    expect(put.status).toBe(201);
    await until(
      (frame) => frame.type === 'files' && frame.changes.some(({ path }) => path === 'uploaded.txt'),
    );
    const paths = frames
      .flatMap((frame) => (frame.type === 'files' ? frame.changes : []))
      .map(({ path }) => path);
    expect(new Set(paths)).toEqual(new Set(['seen.txt', 'uploaded.txt']));
  });

  it('tells the queue, answers pings, and counts only a touched desktop as use', async () => {
    const { connect, request, kernel } = await startTestGateway();
    const socket = connect('/ws');
    const { until } = readFrames(socket);
    await greet(socket);
    socket.send(JSON.stringify({ type: 'ping' }));
    await until(isType('pong'));
    const cause = async () => Health.parse(await (await request('/health')).json()).lastActivityCause;
    expect(await cause()).toBe('start');
    socket.send(JSON.stringify({ type: 'active' }));
    socket.send(JSON.stringify({ type: 'ping' }));
    await until(isType('pong'));
    await kernel.send(OWNER, { text: 'hi' });
    await until(isType('queue'));
    const answered = once(socket, 'message');
    socket.send(JSON.stringify({ type: 'active' }));
    socket.send(JSON.stringify({ type: 'ping' }));
    await answered;
    expect(await cause()).toBe('websocket');
  });
});

describe('who may follow', () => {
  it.each([
    ['no credentials', {}, 401],
    [
      'another site',
      { authorization: 'Bearer test-token-of-this-gateway', origin: 'https://evil.test' },
      403,
    ],
    ['a sandboxed frame', { authorization: 'Bearer test-token-of-this-gateway', origin: 'null' }, 403],
    ['a rebound name', { authorization: 'Bearer test-token-of-this-gateway', host: 'evil.test' }, 403],
  ])('refuses %s', async (_who, headers, status) => {
    const { connect } = await startTestGateway();
    for (const path of ['/ws', '/ws/terminal']) {
      const socket = connect(path, headers);
      const [, response] = await once(socket, 'unexpected-response');
      expect(response.statusCode).toBe(status);
      expect(response.headers['content-type']).toBe('application/problem+json');
    }
  });

  it('ends with the login', async () => {
    const { connect, signIn, authority } = await startTestGateway();
    const browser = await signIn();
    const { cookie } = browser;
    const offered = [SOCKET_PROTOCOL, PAGE_KEY_PROTOCOL + browser[PAGE_KEY_HEADER]];
    const socket = connect('/ws', { cookie, origin: `http://${authority}` }, offered);
    await greet(socket);
    expect(socket.protocol).toBe(SOCKET_PROTOCOL);
    const closed = closeCode(socket);
    const logout = await fetch(`http://${authority}/auth/logout`, { method: 'POST', headers: browser });
    expect(logout.status).toBe(204);
    expect(await closed).toBe(CLOSE_UNAUTHORIZED);
  });

  it.each(['{', '{"type":"shout"}', '{"type":"hello"}'])(
    'ends for what it does not understand: %s',
    async (frame) => {
      const { connect } = await startTestGateway();
      const socket = connect('/ws');
      await greet(socket);
      socket.send(frame);
      expect(await closeCode(socket)).toBe(1002);
    },
  );
});

it('lets go of a desktop that reads too slowly, and of no other', async () => {
  const { kernel, connect } = await startTestGateway();
  const slow = connect('/ws');
  await greet(slow);
  const quick = connect('/ws');
  const { until } = readFrames(quick);
  await greet(quick);
  await until(isType('welcome'));
  const closed = closeCode(slow);
  slow.pause();
  const megabyte = 'x'.repeat(1024 * 1024);
  // More than the limit and what the system's own buffers take.
  for (let i = 1; i <= 24; i++) {
    const { seq } = kernel.emit(say(megabyte));
    await until(isEvent(seq));
  }
  slow.resume();
  expect(await closed).toBe(CLOSE_TOO_SLOW);
  expect(quick.readyState).toBe(quick.OPEN);
});
