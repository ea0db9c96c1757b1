import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Health } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { startTestGateway } from '../testing/test-gateway.ts';

const openTerminal = async (socket: WebSocket) => {
  let output = '';
  let exitCode: number | undefined;
  const waiting = new Set<() => void>();
  socket.on('message', (data, isBinary) => {
    if (isBinary) output += String(data);
    else exitCode = JSON.parse(String(data)).code;
    for (const look of waiting) look();
  });
  await once(socket, 'open');
  const until = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve) => {
      const look = () => {
        const found = pattern.exec(output);
        if (found === null) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const type = (data: string) => socket.send(JSON.stringify({ type: 'input', data }));
  return { until, type, exit: () => exitCode, output: () => output };
};

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`);

const untilGone = async (pid: number): Promise<void> => {
  while (isRunning(pid)) await delay(10);
};

describe('a terminal', () => {
  it('is a login shell in the home, of the size that was asked for, and tells how it ended', async () => {
    const { connect, home, request } = await startTestGateway();
    const socket = connect('/ws/terminal?cols=91&rows=31');
    const { until, type, exit } = await openTerminal(socket);
    type('pwd; stty size; shopt -q login_shell && echo is-a-login-shell\n');
    await until(new RegExp(`^${home}\r?$`, 'm'));
    await until(/^31 91\r?$/m);
    await until(/^is-a-login-shell\r?$/m);
    socket.send(JSON.stringify({ type: 'resize', cols: 120, rows: 40 }));
    type('stty size\n');
    await until(/^40 120\r?$/m);
    const health = Health.parse(await (await request('/health')).json());
    expect(health).toMatchObject({ busy: true, lastActivityCause: 'terminal' });
    type('exit 7\n');
    await once(socket, 'close');
    expect(exit()).toBe(7);
  });

  it('carries characters that a read cuts in two', async () => {
    const { connect } = await startTestGateway();
    const socket = connect('/ws/terminal');
    const received: Buffer[] = [];
    socket.on('message', (data: Buffer, isBinary) => isBinary && received.push(data));
    await once(socket, 'open');
    const script = "for i in $(seq 1 5000); do printf 'ä€😀'; done; exit\n";
    socket.send(JSON.stringify({ type: 'input', data: script }));
    await once(socket, 'close');
    const text = Buffer.concat(received).toString('utf8');
    expect(text).not.toContain('\ufffd');
    expect(text.split('ä€😀').length).toBeGreaterThan(5000);
  });

  it('ends everything that was started in it, jobs in the background and the deaf included', async () => {
    const { connect } = await startTestGateway();
    const socket = connect('/ws/terminal');
    const { until, type } = await openTerminal(socket);
    type('nohup sleep 1000 >/dev/null 2>&1 & echo back=$!\n');
    const background = Number((await until(/back=(\d+)\r?$/m))[1]);
    type('(trap "" HUP TERM; echo deaf=$BASHPID; while :; do sleep 1; done)\n');
    const deaf = Number((await until(/deaf=(\d+)\r?$/m))[1]);
    expect([isRunning(background), isRunning(deaf)]).toEqual([true, true]);
    socket.close();
    await Promise.all([untilGone(background), untilGone(deaf)]);
  });

  it('ends with the gateway', async () => {
    const { connect, gateway } = await startTestGateway();
    const { until, type } = await openTerminal(connect('/ws/terminal'));
    type('echo shell=$$\n');
    const shell = Number((await until(/shell=(\d+)\r?$/m))[1]);
    await gateway.close();
    expect(isRunning(shell)).toBe(false);
  });

  it('slows a program down for a reader that is slower, instead of filling memory', async () => {
    const { connect, home } = await startTestGateway();
    const socket = connect('/ws/terminal');
    const { until, type } = await openTerminal(socket);
    type('echo ready-$((1+1))\n');
    await until(/ready-2/);
    socket.pause();
    type('head -c 40000000 /dev/zero | tr "\\0" x; echo done > finished; exit\n');
    const before = process.memoryUsage().arrayBuffers;
    await delay(1500);
    expect(existsSync(join(home, 'finished'))).toBe(false);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
    socket.resume();
    await once(socket, 'close');
    expect(await readFile(join(home, 'finished'), 'utf8')).toBe('done\n');
  });

  it('opens ten times and not more', async () => {
    const { connect } = await startTestGateway();
    const sockets = Array.from({ length: 10 }, () => connect('/ws/terminal'));
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    const [, response] = await once(connect('/ws/terminal'), 'unexpected-response');
    expect(response.statusCode).toBe(409);
  });
});
