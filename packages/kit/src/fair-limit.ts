/** Places that are few, and are never taken by one who holds many from one who holds few. */
export interface FairLimit {
  /**
   * Takes a place for the group. Where there is none left, the oldest of the group that has the most gives its own up: its `end`
   * is called. Answers what gives this place back; to call it twice does nothing.
   */
  hold(group: string, end: () => void): () => void;
  held(): number;
}

export const createFairLimit = (parts: { limit: number }): FairLimit => {
  // Sets and maps keep the order in which things came.
  const groups = new Map<string, Set<() => void>>();
  let held = 0;

  const leave = (group: string, end: () => void): void => {
    const members = groups.get(group);
    if (members === undefined || !members.delete(end)) return;
    held -= 1;
    if (members.size === 0) groups.delete(group);
  };

  const makeRoom = (): void => {
    let largest: [string, Set<() => void>] | undefined;
    for (const entry of groups) if (largest === undefined || entry[1].size > largest[1].size) largest = entry;
    const [oldest] = largest?.[1] ?? [];
    if (largest === undefined || oldest === undefined) return;
    leave(largest[0], oldest);
    oldest();
  };

  return {
    hold(group, end) {
      // Of its own, so that one who holds two with the same function has two.
      const place = () => end();
      const members = groups.get(group) ?? new Set();
      groups.set(group, members.add(place));
      held += 1;
      if (held > parts.limit) makeRoom();
      return () => leave(group, place);
    },
    held: () => held,
  };
};
