import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLoad, type Load, median } from './proxy/load.ts';
import { freePort, type Running, start, startNginx, startPortkey } from './proxy/peers.ts';

/** Our proxy beside a bare Node pipe, Portkey and nginx: one run, one worker each, the same upstream. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const WARM_SECONDS = Number(process.env.BENCH_WARM_SECONDS ?? 10);
const STREAMS = 500;
const EVENTS = 200;
const MEMORY_ROUNDS = Number(process.env.BENCH_MEMORY_ROUNDS ?? 5);
const TOKEN = 'bench-admin-token-0123456789';

const root = join(import.meta.dirname, '..');
const here = join(import.meta.dirname, 'proxy');
const folder = await mkdtemp(join(tmpdir(), 'matrix-bench-'));
const running: Running[] = [];
const keep = (one: Running): Running => {
  running.push(one);
  return one;
};
const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Identity, quota and the durable ledger on: the proxy as it is. */
const startProxy = async (upstream: number, name: string): Promise<{ running: Running; key: string }> => {
  const port = await freePort();
  const proxy = keep(
    await start(process.execPath, [join(root, 'packages/proxy/src/start.ts')], port, {
      PROXY_PORT: String(port),
      PROXY_ADMIN_TOKEN: TOKEN,
      ANTHROPIC_API_KEY: 'sk-ant-bench',
      PROXY_UPSTREAM_URL: `http://127.0.0.1:${upstream}`,
      MATRIX_STATE: join(folder, name),
      LOG_LEVEL: 'error',
    }),
  );
  const admin = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Record<string, unknown>;
  };
  const { key } = await admin('/keys', { tenant: 'bench' });
  await admin('/quotas/bench', {
    dailyLimitUsd: 1_000_000,
    monthlyLimitUsd: 10_000_000,
    requestsPerMinute: 1e9,
    requestsAtOnce: 100_000,
  });
  return { running: proxy, key: String(key) };
};

const spentOn = async (port: number): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${port}/usage/bench`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  return ((await response.json()) as { today: { requests: number } }).today.requests;
};

const residentMegabytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
};

interface StreamFigures {
  readonly damaged: number;
  readonly firstByteP50: number;
  readonly firstByteP99: number;
  readonly gapP50: number;
  readonly gapP99: number;
}

const stream = async (port: number, key: string): Promise<StreamFigures> => {
  const args = [join(here, 'stream-client.ts'), String(port), String(STREAMS), String(EVENTS), key];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as StreamFigures;
};

try {
  const nginx = await startNginx(join(folder, 'nginx'));
  keep(nginx.pass);
  const load = await createLoad(folder);
  const barePort = await freePort();
  const bare = keep(
    await start(
      process.execPath,
      [join(here, 'bare-pipe.ts'), String(nginx.upstream), String(barePort)],
      barePort,
    ),
  );
  const ours = await startProxy(nginx.upstream, 'requests');
  const portkey = keep(await startPortkey(join(root, '.matrix/bench/portkey')));

  const peers: [string, number, Record<string, string>][] = [
    ['direct', nginx.upstream, {}],
    ['nginx', nginx.pass.port, {}],
    ['bare', bare.port, {}],
    ['ours', ours.running.port, { 'x-api-key': ours.key }],
    [
      'portkey',
      portkey.port,
      {
        'x-portkey-provider': 'anthropic',
        'x-portkey-custom-host': `http://127.0.0.1:${nginx.upstream}/v1`,
        'x-api-key': 'sk-ant-bench',
        authorization: 'Bearer sk-ant-bench',
      },
    ],
  ];
  const many = new Map<string, Load[]>(peers.map(([name]) => [name, []]));
  const single = new Map<string, Load[]>(peers.map(([name]) => [name, []]));
  for (const [name, port, headers] of peers) {
    say(`warming up ${name}`);
    // Until every path that matters is compiled: that takes seconds of load, for each of them.
    await load.wrk(port, 32, WARM_SECONDS, headers);
    await load.wrk(port, 1, 2, headers);
  }
  for (let round = 1; round <= ROUNDS; round++) {
    // Next to one another in time: what else the machine does hits all alike.
    for (const [name, port, headers] of peers) {
      const busy = await load.wrk(port, 32, SECONDS, headers);
      const alone = await load.wrk(port, 1, Math.max(2, SECONDS / 2), headers);
      many.get(name)?.push(busy);
      single.get(name)?.push(alone);
      say(
        `round ${round} ${name}: ${busy.requestsPerSecond.toFixed(0)} requests/s; one connection p50 ${alone.p50Microseconds} µs`,
      );
    }
  }
  const perSecond = (name: string): number =>
    median((many.get(name) ?? []).map((one) => one.requestsPerSecond));
  const p50 = (name: string): number => median((single.get(name) ?? []).map((one) => one.p50Microseconds));
  const added = (name: string): number => p50(name) - p50('direct');
  /** Round by round, so that a slow minute counts against both. */
  const ratio = (name: string): number =>
    median(
      (many.get('ours') ?? []).map(
        (one, index) => one.requestsPerSecond / (many.get(name)?.[index]?.requestsPerSecond ?? Number.NaN),
      ),
    );
  /** Of the p50 with one connection, round by round as well. */
  const addedRatio = (name: string): number => {
    const of = (peer: string, round: number): number =>
      single.get(peer)?.[round]?.p50Microseconds ?? Number.NaN;
    return median(
      (single.get('ours') ?? []).map(
        (one, round) => (one.p50Microseconds - of('direct', round)) / (of(name, round) - of('direct', round)),
      ),
    );
  };
  const booked = await spentOn(ours.running.port);
  await ours.running.stop();
  await portkey.stop();

  const streamPort = await freePort();
  keep(
    await start(
      process.execPath,
      [join(here, 'stream-upstream.ts'), String(streamPort), String(EVENTS)],
      streamPort,
    ),
  );
  const streamBarePort = await freePort();
  const streamBare = keep(
    await start(
      process.execPath,
      [join(here, 'bare-pipe.ts'), String(streamPort), String(streamBarePort)],
      streamBarePort,
    ),
  );
  const streamOurs = await startProxy(streamPort, 'streams');
  await stream(streamBare.port, '');
  const bareStreams: StreamFigures[] = [];
  const ourStreams: StreamFigures[] = [];
  const memory: number[] = [];
  for (let round = 1; round <= MEMORY_ROUNDS; round++) {
    bareStreams.push(await stream(streamBare.port, ''));
    ourStreams.push(await stream(streamOurs.running.port, streamOurs.key));
    memory.push(await residentMegabytes(streamOurs.running.pid));
    say(`streams, round ${round}: ${JSON.stringify(ourStreams.at(-1))}; ${memory.at(-1)?.toFixed(0)} MB`);
  }
  const of = (list: StreamFigures[], name: keyof StreamFigures): number =>
    median(list.map((one) => one[name]));
  const damaged = ourStreams.reduce((sum, one) => sum + one.damaged, 0);
  const growth = (memory.at(-1) ?? 0) / (memory[1] ?? 1);

  const round2 = (value: number): number => Math.round(value * 100) / 100;
  const mark = (name: string, value: number, limit: string, met: boolean) => ({
    name,
    value: round2(value),
    limit,
    met,
  });
  const marks = [
    mark('requests per second over a bare Node pipe', ratio('bare'), '>= 0.5', ratio('bare') >= 0.5),
    mark('requests per second over Portkey 1.15.2', ratio('portkey'), '>= 3', ratio('portkey') >= 3),
    mark(
      'added p50 over a bare Node pipe, one connection',
      addedRatio('bare'),
      '<= 2',
      addedRatio('bare') <= 2,
    ),
    mark("added p50 over Portkey's, one connection", addedRatio('portkey'), '< 1', addedRatio('portkey') < 1),
    mark('damaged streams', damaged, '= 0', damaged === 0),
    mark('memory after the fifth round of streams over the second', growth, '<= 1.1', growth <= 1.1),
  ];
  const figures = {
    bodyBytes: load.bytes,
    requestsPerSecond: Object.fromEntries(peers.map(([name]) => [name, Math.round(perSecond(name))])),
    p50MicrosecondsOneConnection: Object.fromEntries(peers.map(([name]) => [name, p50(name)])),
    addedP50Microseconds: Object.fromEntries(peers.slice(1).map(([name]) => [name, added(name)])),
    ledgerRows: booked,
    streams: {
      atOnce: STREAMS,
      eventsEach: EVENTS,
      rounds: MEMORY_ROUNDS,
      firstByteP99Milliseconds: {
        bare: round2(of(bareStreams, 'firstByteP99')),
        ours: round2(of(ourStreams, 'firstByteP99')),
      },
      gapP50Milliseconds: { bare: round2(of(bareStreams, 'gapP50')), ours: round2(of(ourStreams, 'gapP50')) },
      gapP99Milliseconds: { bare: round2(of(bareStreams, 'gapP99')), ours: round2(of(ourStreams, 'gapP99')) },
      memoryMegabytes: memory.map(Math.round),
    },
  };
  process.stdout.write(`${JSON.stringify({ bench: 'proxy', figures, marks })}\n`);
  process.exitCode = marks.every((one) => one.met) ? 0 : 1;
} finally {
  await Promise.all(running.map((one) => one.stop()));
  await rm(folder, { recursive: true, force: true });
}
