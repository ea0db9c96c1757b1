// Loaded before a service: tells systemd when it listens, and that it still answers. What it reports is asked of the
// service's own port, so a process that hangs, or listens without answering, is restarted.
//
// Node's modules are not imported: that would read all that they export, and load half of Node (tools/build-targets.ts).
const { execFile } = process.getBuiltinModule('node:child_process');
const { subscribe } = process.getBuiltinModule('node:diagnostics_channel');
const { get } = process.getBuiltinModule('node:http');

const { NOTIFY_SOCKET, WATCHDOG_USEC, HEALTH_PORT, HEALTH_PATH = '/health' } = process.env;
// Neither the engine nor a terminal has anything to tell systemd.
delete process.env.NOTIFY_SOCKET;
delete process.env.WATCHDOG_USEC;
delete process.env.WATCHDOG_PID;

const notify = (state) =>
  execFile('systemd-notify', [state], { env: { PATH: process.env.PATH, NOTIFY_SOCKET } }, () => {});

const answers = () =>
  new Promise((resolve) => {
    const request = get(
      { host: '127.0.0.1', port: HEALTH_PORT, path: HEALTH_PATH, agent: false, timeout: 10_000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });

if (NOTIFY_SOCKET !== undefined) {
  let asked = false;
  // A service may listen before it can answer, to say that it is starting.
  const announce = async () => {
    if (!(await answers())) return void setTimeout(announce, 250).unref();
    notify('--ready');
    if (WATCHDOG_USEC === undefined) return;
    const beat = async () => {
      if (await answers()) notify('WATCHDOG=1');
    };
    setInterval(beat, Number(WATCHDOG_USEC) / 3000).unref();
  };
  subscribe('tracing:net.server.listen:asyncEnd', () => {
    if (asked) return;
    asked = true;
    void announce();
  });
}
