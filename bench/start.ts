// How long a start takes beside a bare Node server, and what an idle OS keeps in memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoginAnswer, PAGE_KEY_HEADER } from '@matrix-os/contracts';
import { freePort } from '../tests/support/free-port.ts';
import { pssOf } from '../tests/support/processes.ts';
import { startOs } from '../tests/support/running-os.ts';
import { atMost, end, median, report, round, timeToAnswer } from './support.ts';

const ROUNDS = 9;
const SETTLE_MS = 3000;
const MEBIBYTE = 1024 * 1024;
const GATEWAY = join(import.meta.dirname, '..', 'packages/gateway/dist/start.js');
const BARE = `require('node:http').createServer((_, r) => r.end('ok')).listen(Number(process.env.PORT), '127.0.0.1')`;

const folder = await mkdtemp(join(tmpdir(), 'matrix-bench-'));
const environment = {
  PATH: process.env.PATH,
  HOME: folder,
  MATRIX_HOME: join(folder, 'home'),
  MATRIX_STATE: join(folder, 'state'),
  MATRIX_LOG_LEVEL: 'silent',
};

const measure = async (args: readonly string[]): Promise<number> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/health`;
  const { ms, child } = await timeToAnswer(args, { ...environment, PORT: String(port) }, url);
  await end(child);
  return ms;
};

/** What stays after a login and one chat, when nothing is asked of it any more. */
const idleMemory = async () => {
  const os = await startOs({ environment: { MATRIX_LOG_LEVEL: 'silent' } });
  try {
    const code = os.link.split('#code=')[1] ?? '';
    const headers = { 'content-type': 'application/json', origin: os.url };
    const login = await fetch(`${os.url}/auth/login`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ code }),
    });
    const cookie = login.headers.get('set-cookie')?.split(';')[0];
    if (!login.ok || cookie === undefined) throw new Error(`login: ${login.status}`);
    const { key } = LoginAnswer.parse(await login.json());
    await (await fetch(`${os.url}/`)).text();
    const chat = await fetch(`${os.url}/api/message`, {
      method: 'POST',
      headers: { ...headers, cookie, [PAGE_KEY_HEADER]: key },
      body: JSON.stringify({ text: 'make me a todo list' }),
    });
    if (!chat.ok) throw new Error(`chat: ${chat.status} ${await chat.text()}`);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return { gateway: pssOf(os.pidOf('gateway')) / MEBIBYTE, shell: pssOf(os.pidOf('shell')) / MEBIBYTE };
  } finally {
    await os.dispose();
  }
};

try {
  // The first boot makes the home and fills the compile cache; it is reported, and not mixed with the others.
  const firstBoot = await measure([GATEWAY]);
  const pairs: { gateway: number; bare: number }[] = [];
  for (let round = 0; round < ROUNDS; round++)
    pairs.push({ bare: await measure(['-e', BARE]), gateway: await measure([GATEWAY]) });
  const gateway = median(pairs.map((pair) => pair.gateway));
  const bare = median(pairs.map((pair) => pair.bare));
  const memory = await idleMemory();
  report(
    'start',
    {
      gatewayToHealthMs: round(gateway),
      bareNodeToAnswerMs: round(bare),
      firstBootMs: round(firstBoot),
      idleGatewayMiB: round(memory.gateway),
      idleShellMiB: round(memory.shell),
    },
    [
      atMost(
        'spawn to health over a bare Node server',
        median(pairs.map((pair) => pair.gateway / pair.bare)),
        3,
      ),
      atMost('idle memory of gateway and shell, PSS in MiB', memory.gateway + memory.shell, 120),
    ],
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
