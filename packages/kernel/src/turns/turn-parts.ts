import type { KernelEvent, TurnPart } from '@matrix-os/contracts';

/** What a person reads of a turn, grown event by event; neighbouring text is one part. */
export interface TurnParts {
  /** Costs the same however much there is already. */
  add(event: KernelEvent): void;
  list(): readonly TurnPart[];
}

export const createTurnParts = (): TurnParts => {
  const parts: TurnPart[] = [];
  /** Where each tool stands in `parts`. */
  const tools = new Map<string, number>();
  return {
    add(event) {
      if (event.type === 'text') {
        const last = parts.at(-1);
        if (last?.type === 'text') parts[parts.length - 1] = { type: 'text', text: last.text + event.delta };
        else parts.push({ type: 'text', text: event.delta });
      } else if (event.type === 'tool_start') {
        const { id, name, summary } = event;
        tools.set(id, parts.push({ type: 'tool', id, name, summary, ok: null }) - 1);
      } else if (event.type === 'tool_end') {
        const at = tools.get(event.id) ?? -1;
        const part = parts[at];
        if (part?.type === 'tool')
          parts[at] = { ...part, ok: event.ok, summary: event.summary === '' ? part.summary : event.summary };
      }
    },
    list: () => [...parts],
  };
};

export const partsOf = (events: readonly KernelEvent[]): readonly TurnPart[] => {
  const parts = createTurnParts();
  for (const event of events) parts.add(event);
  return parts.list();
};
