import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Container, pidOf, say, startContainer } from './support/container.ts';
import { connect } from './support/engine.ts';
import { COMMIT, IMAGE } from './support/names.ts';
import { createNetwork } from './support/network.ts';
import { untilHealth } from './support/until.ts';

const engine = connect(inject('docker'));
const { docker } = engine;
const sh = (script: string, ...options: string[]) =>
  docker('run', '--rm', '--network', 'none', ...options, '--entrypoint', 'sh', IMAGE, '-c', script);

describe('what is in it', () => {
  it('has Node, git and the desktop, and runs every role by its command', async () => {
    expect(await sh('node --version; git --version; ls /opt/matrix /opt/matrix/packages')).toMatch(
      /^v24\.\d+\.\d+\ngit version .*\nLICENSE\nhome\nnode_modules\npackage\.json\npackages\nsbom\.cdx\.json\n.*cli\ngateway\nproxy\nshell/s,
    );
    expect(await docker('run', '--rm', '--network', 'none', IMAGE, 'matrix', 'proxy', '--help')).toContain(
      'LLM proxy',
    );
  });

  it('has no compiler, no package store, no sources and no tests', async () => {
    const unwanted = [
      'for program in gcc cc g++ make python3 pnpm tsc rolldown; do command -v $program; done',
      String.raw`find / -xdev \( -name "*.ts" -o -name "*.test.*" -o -name "*.map" -o -name "*.tsbuildinfo" \) -path "*matrix*"`,
      'find / -xdev -maxdepth 2 \\( -name .git -o -name "pnpm-store" -o -name src -path "/src*" -o -name setup \\)',
      'ls /run/secrets /root/.npmrc 2>/dev/null',
      'true',
    ];
    expect(await sh(unwanted.join('\n'), '--user', '0')).toBe('');
  });

  it('has nothing of the engine, whose licence does not let it be handed on', async () => {
    expect(
      await sh('find / -xdev -ipath "*anthropic*" -o -xdev -name claude; ls /opt/matrix/node_modules'),
    ).toBe('@lydell');
    expect(await sh('grep -rlE "Anthropic PBC" /opt/matrix --include=*.js --include=*.md || true')).toBe('');
  });

  it('says what it was made from', async () => {
    const labels = JSON.parse(await docker('inspect', '--format', '{{json .Config.Labels}}', IMAGE));
    expect(labels).toMatchObject({
      'org.opencontainers.image.title': 'Matrix OS',
      'org.opencontainers.image.version': expect.stringMatching(/^\d+\.\d+\.\d+$/),
      'org.opencontainers.image.revision': COMMIT,
      'org.opencontainers.image.licenses': 'MIT',
    });
  });

  it('carries a bill of its materials that names what is there', async () => {
    const bom = JSON.parse(await sh('cat /opt/matrix/sbom.cdx.json'));
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    const purls: string[] = bom.components.map((component: { purl: string }) => component.purl);
    const debian = (await sh("dpkg-query --show | sed 's/:[a-z0-9]*\\t/@/; s/\\t/@/'")).split('\n');
    for (const name of debian) {
      const [packageName, version] = name.split('@');
      expect(purls).toContainEqual(
        expect.stringContaining(`pkg:deb/debian/${packageName}@${encodeURIComponent(version ?? '')}`),
      );
    }
    for (const name of ['hono', 'zod', 'ws', 'react', 'next', 'kysely', '%40lydell/node-pty']) {
      expect(purls).toContainEqual(expect.stringMatching(`^pkg:npm/${name}@`));
    }
    // What only builds it is no part of it, and neither is the engine.
    expect(purls.filter((purl) => /typescript|vitest|sharp|claude-agent-sdk/.test(purl))).toEqual([]);
    const npm = bom.components.filter((component: { purl: string }) => component.purl.startsWith('pkg:npm/'));
    expect(npm.every((component: { licenses?: unknown[] }) => component.licenses?.length === 1)).toBe(true);
  });
});

describe('a container', () => {
  let network: Awaited<ReturnType<typeof createNetwork>>;
  let os: Container;
  beforeAll(async () => {
    network = await createNetwork(engine);
    os = await startContainer(engine, { network: network.name });
  });
  afterAll(async () => {
    await os?.remove();
    await network?.remove();
  });

  it('shows version and commit in its health', async () => {
    const health = await (await fetch(`${os.url}/health`)).json();
    expect(health).toMatchObject({ status: 'ok', version: expect.stringMatching(/^\d/), commit: COMMIT });
  });

  it('runs as nobody special, without any capability, on a root that can not be written', async () => {
    const status = await os.exec('cat', '/proc/self/status', '/proc/1/status');
    expect(status.match(/^Uid:.*$/gm)).toEqual([
      'Uid:\t1000\t1000\t1000\t1000',
      'Uid:\t1000\t1000\t1000\t1000',
    ]);
    expect(status.match(/^Cap(?:Prm|Eff|Bnd|Amb):.*$/gm)?.every((line) => /\t0{16}$/.test(line))).toBe(true);
    expect(status.match(/^NoNewPrivs:\t1$/gm)).toHaveLength(2);
    const writes =
      'for d in / /opt/matrix /etc /usr/local/bin; do touch $d/x 2>&1; done; touch ~/x /var/lib/matrix/x /tmp/x && echo fine';
    const out = await os.exec('bash', '-c', writes);
    expect(out.match(/Read-only file system/g)).toHaveLength(4);
    expect(out).toMatch(/fine$/);
  });

  it('answers a turn, with the autonomy of a container', async () => {
    expect(await (await os.request('/api/settings')).json()).toMatchObject({
      autonomy: 'free',
      activeEngine: 'builtin',
    });
    await say(os, 'make me a todo list');
    expect(await os.exec('ls', '/home/matrix/matrixos/apps/todo')).toContain('index.html');
  });

  it('keeps secrets to itself: they are not in the home, and only their owner can read them', async () => {
    expect(
      await os.exec('stat', '-c', '%a', '/var/lib/matrix/state', '/var/lib/matrix/state/auth-token'),
    ).toBe('700\n600');
  });

  it('reaps what is left behind', async () => {
    await os.exec('bash', '-c', '(setsid bash -c "exit 0" & setsid sleep 0 & ) >/dev/null 2>&1');
    const zombies = () =>
      os.exec('bash', '-c', 'grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null | wc -l');
    await expect.poll(zombies, { timeout: 5000 }).toBe('0');
  });

  it('stops within five seconds and with success, and starts again', async () => {
    const began = Date.now();
    await docker('stop', os.name);
    expect(Date.now() - began).toBeLessThan(5000);
    expect(await docker('inspect', '--format', '{{.State.ExitCode}}', os.name)).toBe('0');
    await docker('start', os.name);
    await untilHealth(engine, os.name);
  });
});

describe('a secret that Docker was given as a variable', () => {
  // Docker gives its own to what `docker exec` and the health check start: only what the first process started counts.
  const environs = `for p in /proc/[0-9]*; do
    read -r stat <$p/stat 2>/dev/null || continue
    set -- \${stat##*) }
    [ "$2" != 0 ] || [ $p = /proc/1 ] && tr '\\0' '\\n' <$p/environ
  done; true`;

  it('goes on by a pipe: no process of ours has it in its environment', async () => {
    const network = await createNetwork(engine);
    const token = 'canary-of-the-token';
    const environment = {
      ANTHROPIC_API_KEY: 'sk-ant-canary',
      MATRIX_AUTH_TOKEN: token,
      DATABASE_URL: 'canary',
    };
    const os = await startContainer(engine, { network: network.name, environment });
    try {
      const seen = await os.exec('bash', '-c', environs);
      expect(seen.match(/^MATRIX_STATE=/gm)?.length).toBeGreaterThan(3);
      expect(seen).not.toContain('canary');
      const headers = { authorization: `Bearer ${token}` };
      const settings = await (await fetch(`${os.url}/api/settings`, { headers })).json();
      expect(settings).toMatchObject({ key: { source: 'environment' } });
      expect(await os.exec('matrix', 'link')).toContain('/login#code=');
    } finally {
      await os.remove();
      await network.remove();
    }
  });
});

describe('any user', () => {
  const owners = (os: Container) =>
    os.exec(
      'stat',
      '-c',
      '%u',
      '/home/matrix/matrixos',
      '/home/matrix/matrixos/system',
      '/var/lib/matrix/state',
    );

  it('may be named, on new volumes', async () => {
    const network = await createNetwork(engine);
    const os = await startContainer(engine, { network: network.name, arguments: ['--user', '4321:4321'] });
    try {
      await say(os, 'make me a todo list');
      expect(await owners(os)).toBe('4321\n4321\n4321');
      // Git refuses a folder of somebody else's.
      expect(await os.exec('git', '-C', '/home/matrix/matrixos', 'log', '--oneline')).not.toBe('');
    } finally {
      await os.remove();
      await network.remove();
    }
  });

  it('is taken from the volume when it is started as root, and nothing is chowned', async () => {
    const network = await createNetwork(engine);
    const volume = `${network.name}-home`;
    const prepare =
      'mkdir h/kept && touch h/kept/file && chown 777 h/kept/file && chown 5555:5555 h && chmod 755 h';
    await docker(
      'run',
      '--rm',
      '--user',
      '0',
      '--network',
      'none',
      '--volume',
      `${volume}:/h`,
      '--workdir',
      '/',
      '--entrypoint',
      'sh',
      IMAGE,
      '-c',
      prepare,
    );
    const os = await startContainer(engine, {
      network: network.name,
      arguments: [
        ...['--user', '0', '--volume', `${volume}:/home/matrix`],
        ...['--cap-add', 'SETUID', '--cap-add', 'SETGID', '--cap-add', 'CHOWN'],
      ],
    });
    try {
      expect(await owners(os)).toBe('5555\n5555\n5555');
      expect(await os.exec('stat', '-c', '%u', '/home/matrix/kept', '/home/matrix/kept/file')).toBe('0\n777');
      expect(
        await os.exec('grep', '-E', '^(Uid|CapEff|NoNewPrivs)', `/proc/${await pidOf(os, 'gateway')}/status`),
      ).toMatch(/Uid:\t5555.*CapEff:\t0{16}\nNoNewPrivs:\t1/s);
    } finally {
      await os.remove();
      await docker('volume', 'rm', volume);
      await network.remove();
    }
  });

  it('is told what to do when root may not become anybody', async () => {
    const attempt = docker('run', '--rm', '--network', 'none', '--user', '0', '--cap-drop', 'ALL', IMAGE);
    await expect(attempt).rejects.toThrow(/does not run as root.*--user 1000:1000/);
  });
});

describe('health', () => {
  it('costs next to nothing', async () => {
    const network = await createNetwork(engine);
    const os = await startContainer(engine, { network: network.name });
    try {
      // User and system time of one check, its bash included, in seconds.
      const timed = 'TIMEFORMAT=%U+%S; time for i in 1 2 3 4 5 6 7 8 9 10; do matrix-health; done';
      const [user, system] = (await docker('exec', os.name, 'bash', '-c', `{ ${timed}; } 2>&1`))
        .split('+')
        .map(Number);
      // Every 30 s: 20 ms would be a fifteen-hundredth of one core.
      expect(((user ?? 1) + (system ?? 1)) / 10).toBeLessThan(0.02);
    } finally {
      await os.remove();
      await network.remove();
    }
  });

  it('tells when either service is missing', async () => {
    const network = await createNetwork(engine);
    const os = await startContainer(engine, { network: network.name });
    try {
      const check = () => os.exec('bash', '-c', 'timeout 6 matrix-health; echo $?');
      for (const service of ['gateway', 'shell'] as const) {
        const pid = await pidOf(os, service);
        await os.exec('bash', '-c', `kill -STOP ${pid}`);
        expect(await check()).not.toBe('0');
        await os.exec('bash', '-c', `kill -CONT ${pid}`);
        expect(await check()).toBe('0');
      }
    } finally {
      await os.remove();
      await network.remove();
    }
  });
});
