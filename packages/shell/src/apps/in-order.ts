/** Runs the steps of one lane one after another, in the order they were asked for; lanes don't wait for each other. */
export type InOrder = <T>(lane: string, step: () => Promise<T>) => Promise<T>;

export const createInOrder = (): InOrder => {
  const last = new Map<string, Promise<unknown>>();
  return (lane, step) => {
    const done = (last.get(lane) ?? Promise.resolve()).then(step, step);
    last.set(lane, done);
    const forget = () => {
      if (last.get(lane) === done) last.delete(lane);
    };
    done.then(forget, forget);
    return done;
  };
};
