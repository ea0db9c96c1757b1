let due: (() => void)[] = [];

const runAll = (): void => {
  const all = due;
  due = [];
  for (const run of all) run();
};

/** Runs something when everything that has arrived in this turn of the event loop was looked at. It must not throw. */
export const atEndOfTurn = (run: () => void): void => {
  if (due.push(run) === 1) setImmediate(runAll);
};
