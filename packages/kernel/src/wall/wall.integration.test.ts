import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { processesNaming } from '../kernel.fixture.ts';
import { findWall } from './find-wall.ts';
import { systemRules } from './system-rules.ts';
import { createWall, type Openings, type Wall } from './wall.ts';

const PATH = process.env.PATH ?? '';
const root = realpathSync(mkdtempSync(join(tmpdir(), 'matrix-wall-test-')));
const [home, outside] = [join(root, 'home'), join(root, 'outside')];
let wall: Wall;

beforeAll(async () => {
  for (const folder of [home, outside]) {
    await new Promise((resolve) => execFile('mkdir', ['-p', folder], resolve));
    writeFileSync(join(folder, 'file'), 'content');
    writeFileSync(join(folder, 'program'), '#!/bin/sh\necho ran\n', { mode: 0o755 });
  }
  const found = await findWall({ path: PATH, userHome: homedir(), closed: [root], folder: tmpdir() });
  // Every machine that the tests are for has one; elsewhere they have nothing to say.
  if (found === undefined) throw new Error('this machine has no Landlock, or no Perl');
  wall = found;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Ended {
  readonly code: number | string | null | undefined;
  readonly output: string;
}

const run = (script: string, openings: Openings = { write: [home] }, by: Wall = wall): Promise<Ended> =>
  new Promise((resolve) => {
    const [file, ...args] = by.enclose(openings, ['/bin/sh', '-c', script]);
    execFile(
      file,
      args,
      { env: { PATH, HOME: home, OUT: outside, IN: home }, cwd: home },
      (error, out, said) => resolve({ code: error === null ? 0 : error.code, output: `${out}${said}` }),
    );
  });

const DENIED = /denied|not permitted|cannot/i;

describe('each right of the wall: allowed inside, refused outside', () => {
  test.each([
    ['reading a file', 'cat $D/file'],
    ['listing a folder', 'ls $D'],
    ['running a program', '$D/program'],
    ['writing a file', 'echo x >> $D/file'],
    ['cutting a file short', 'truncate -s 1 $D/file'],
    ['making a file', ': > $D/new && rm $D/new'],
    ['making a folder', 'mkdir $D/folder && rmdir $D/folder'],
    ['making a link', 'ln -s x $D/link && rm $D/link'],
    ['making a pipe', 'mkfifo $D/pipe && rm $D/pipe'],
    ['removing a file', 'cp $IN/file $D/gone && rm $D/gone'],
    ['moving a file there', 'cp $IN/file $IN/one && mv $IN/one $D/two && rm $D/two'],
  ])('%s', async (_what, script) => {
    expect(await run(`D=$IN; ${script}`)).toMatchObject({ code: 0 });
    const before = readFileSync(join(outside, 'file'), 'utf8');
    const refused = await run(`D=$OUT; ${script}`);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(DENIED);
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe(before);
  });

  test('what is opened for reading is not for writing', async () => {
    const openings = { write: [home], read: [outside] };
    expect((await run('cat $OUT/file && ls $OUT', openings)).code).toBe(0);
    expect((await run('echo x > $OUT/file', openings)).output).toMatch(DENIED);
    expect((await run('$OUT/program', openings)).output).toMatch(DENIED);
    expect((await run('$OUT/program', { write: [home], execute: [outside] })).output).toBe('ran\n');
  });

  test('a link out of the home, a hard link and another name lead nowhere', async () => {
    const script = `ln -s $OUT/file $IN/soft; cat $IN/soft; ln $OUT/file $IN/hard; cat $IN/hard
      cd / && cat .$OUT/file; cat /proc/self/root$OUT/file; cat /proc/self/cwd$OUT/file`;
    const { output } = await run(script);
    expect(output).not.toContain('content');
    expect(output.match(/denied|not permitted|cross-device/gi)?.length).toBeGreaterThanOrEqual(5);
  });
});

describe('other processes', () => {
  test('show neither environment, nor memory, nor files, and get no signal', async () => {
    const secret = 'canary-in-an-environment-4711';
    const other = spawn('sleep', ['600'], { env: { SECRET: secret, PATH }, stdio: 'ignore' });
    try {
      const { output } = await run(
        `for file in environ mem maps fd/0 root/etc/hostname cwd/file; do cat /proc/${other.pid}/$file; done
         cat /proc/*/environ | tr '\\0' '\\n'
         setsid sh -c 'cat /proc/${other.pid}/environ'
         kill -9 ${other.pid} || echo no-signal
         prlimit --pid ${other.pid} --nofile=4:4 || echo no-limit
         renice -n 5 ${other.pid} || echo no-priority
         nice -n 5 true && prlimit --nofile=100:100 true && echo own-limit`,
      );
      expect(output).not.toContain(secret);
      for (const held of ['no-signal', 'no-limit', 'no-priority', 'own-limit'])
        expect(output).toContain(held);
      expect(other.exitCode).toBeNull();
      expect(other.signalCode).toBeNull();
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
    }
  });

  test('the launcher itself can not be ended by what it has started', async () => {
    const { code, output } = await run('kill -9 $PPID; echo here');
    expect(code).toBe(0);
    expect(output).toMatch(/not permitted/i);
  });
});

test('no terminal of the same user is opened', async () => {
  const { output } = await run(
    'for t in /dev/tty /dev/ptmx /dev/pts/*; do (: <>$t) 2>&1 && echo opened $t; done; ls /dev/pts',
  );
  expect(output).not.toContain('opened');
});

describe('Unix sockets', () => {
  const python = (body: string) => `python3 -c '${body}'`;
  const tries = python(`
import ctypes, socket
try:
  socket.socket(socket.AF_UNIX); print("unix")
except PermissionError: print("no unix")
libc = ctypes.CDLL(None, use_errno=True)
print("uring", libc.syscall(425, 1, 0) >= 0)
try: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); print("datagrams")
except PermissionError: print("no datagrams")
print("shared", libc.shmget(4711, 64, 0o1600) >= 0)
socket.socketpair(); socket.socket(socket.AF_INET); print("rest")`);

  test('that could reach another process are not made', async () => {
    expect((await run(tries)).output).toBe('no unix\nuring False\nno datagrams\nshared False\nrest\n');
  });
});

describe('what a command leaves', () => {
  const mark = (name: string) => `MATRIX_TEST_MARK_${name}_${process.pid}`;
  /** Every way of getting away that is known, each a sleeper whose command line has the mark. */
  const getAway = (name: string) => {
    const sleep = `perl -e "sleep 600" ${mark(name)}`;
    return [
      `setsid ${sleep} >/dev/null 2>&1 &`,
      `(setsid sh -c '(${sleep} &) &' >/dev/null 2>&1 &)`,
      `env -i /usr/bin/setsid ${sleep} >/dev/null 2>&1 &`,
      `nohup ${sleep} >/dev/null 2>&1 &`,
      `perl -e 'fork and exit; setpgrp; fork and exit; $0 = "innocent"; close STDIN; close STDOUT; close STDERR; sleep 600' ${mark(name)}`,
      `(trap '' TERM HUP INT; ${sleep}) >/dev/null 2>&1 &`,
    ].join('\n');
  };

  test('ends with it, however it has detached itself', async () => {
    const { code } = await run(`${getAway('END')}\nsleep 0.1; exit 7`);
    expect(code).toBe(7);
    expect(await processesNaming(mark('END'))).toEqual([]);
  });

  test('goes on when something of it stops it', async () => {
    expect(await run('sh -c "kill -STOP $$"; echo on')).toEqual({ code: 0, output: 'on\n' });
  });

  test('ends also when each process of it lives too shortly to be listed', async () => {
    const comet = `perl -e 'setpgrp; close STDIN; close STDOUT; close STDERR; my $end = time + 8;
      while (time < $end) { my $p = fork; exit if !defined $p || $p } sleep 600' ${mark('COMET')} &`;
    expect((await run(`${comet} ${comet} ${comet} sleep 0.3`)).code).toBe(0);
    expect(await processesNaming(mark('COMET'))).toEqual([]);
  });

  test('ends also when its first thread has, and it shows as dead', async () => {
    const script = `python3 - <<'END' &
import ctypes, os, threading, time
open("left", "w").write(str(os.getpid()))
threading.Thread(target=lambda: time.sleep(600)).start()
ctypes.CDLL(None).syscall(60 if os.uname().machine == "x86_64" else 93, 0)
END
until [ -s left ] && grep -q Z /proc/$(cat left)/status; do sleep 0.02; done`;
    expect((await run(script)).code).toBe(0);
    expect(existsSync(`/proc/${readFileSync(join(home, 'left'), 'utf8')}`)).toBe(false);
  });

  test('ends on SIGTERM, and when the one who started it is killed', async () => {
    const script = `${getAway('TERM')}\necho up; exec perl -e "sleep 600" ${mark('TERM')}`;
    const [file, ...args] = wall.enclose({ write: [home] }, ['/bin/sh', '-c', script]);
    const child = spawn(file, args, { env: { PATH }, detached: true });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(await processesNaming(mark('TERM'))).toEqual([]);

    const owner = `const { spawn } = require('node:child_process');
      const [file, ...args] = JSON.parse(process.argv[1]); args[2] = String(process.pid);
      spawn(file, args, { stdio: 'inherit', detached: true }); setInterval(() => {}, 1e6);`;
    const line = JSON.stringify([file, ...args].map((part) => part.replaceAll('TERM_', 'ORPHAN_')));
    const parent = spawn(process.execPath, ['-e', owner, line], { env: { PATH } });
    await once(parent.stdout, 'data');
    expect(await processesNaming(mark('ORPHAN'))).not.toEqual([]);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await expect.poll(() => processesNaming(mark('ORPHAN')), { timeout: 5000 }).toEqual([]);
  });

  test('ends also when it makes others faster than they can be counted', async () => {
    const bomb = `perl -e 'while (1) { my $p = fork; if (defined $p && !$p) { sleep 600 } }' ${mark('BOMB')}`;
    const [file, ...args] = wall.enclose({ write: [home] }, [
      '/bin/sh',
      '-c',
      `ulimit -u 300; echo up; exec ${bomb}`,
    ]);
    const child = spawn(file, args, { env: { PATH } });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(await processesNaming(mark('BOMB'))).toEqual([]);
  });
});

test('a command that can not be walled in does not run', async () => {
  const broken = createWall({
    perl: '/usr/bin/perl',
    system: [],
    architecture: 'mips',
  });
  expect((await run(`: > ${join(home, 'ran')}`, undefined, broken)).code).not.toBe(0);
  expect(existsSync(join(home, 'ran'))).toBe(false);
});

test('what is closed stays closed where an allowed folder holds it', async () => {
  const opened = systemRules({
    path: `${PATH}:${outside}:/bin`,
    userHome: '/nowhere',
    closed: ['/usr/share', home],
  }).map(([, path]) => path);
  expect(opened).not.toContain('/usr');
  expect(opened).not.toContain('/');
  expect(opened).toContain('/usr/bin');
  expect(opened).toContain(outside);
  expect(opened.filter((path) => path.startsWith('/usr/share'))).toEqual([]);
  const wide = systemRules({ path: `${root}:${home}:/:/home`, userHome: home, closed: [] });
  for (const folder of [root, home, '/', '/home']) expect(wide.map(([, path]) => path)).not.toContain(folder);
});
