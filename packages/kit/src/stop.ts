/**
 * Calls `stop` once, when the process is asked to end: SIGTERM, SIGINT, or, when `supervised`, the end of standard
 * input, which is how a process learns that its supervisor died, even by SIGKILL.
 */
export const onStop = (stop: (cause: string) => void, options: { supervised: boolean }): void => {
  let stopped = false;
  const once = (cause: string) => {
    if (stopped) return;
    stopped = true;
    // An open standard input would keep the process alive.
    if (options.supervised) process.stdin.destroy();
    stop(cause);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => once(signal));
  if (!options.supervised) return;
  process.stdin.on('end', () => once('the supervisor ended'));
  process.stdin.on('error', () => once('the supervisor ended'));
  process.stdin.resume();
};
