import type { KernelEvent, TurnPart } from '@matrix-os/contracts';

/** What a person reads of a turn, grown event by event; neighbouring text is one part. */
export const addToParts = (parts: readonly TurnPart[], event: KernelEvent): readonly TurnPart[] => {
  if (event.type === 'text') {
    const last = parts.at(-1);
    return last?.type === 'text'
      ? [...parts.slice(0, -1), { type: 'text', text: last.text + event.delta }]
      : [...parts, { type: 'text', text: event.delta }];
  }
  if (event.type === 'tool_start') {
    return [...parts, { type: 'tool', id: event.id, name: event.name, summary: event.summary, ok: null }];
  }
  if (event.type === 'tool_end') {
    return parts.map((part) =>
      part.type === 'tool' && part.id === event.id
        ? { ...part, ok: event.ok, summary: event.summary === '' ? part.summary : event.summary }
        : part,
    );
  }
  return parts;
};

export const partsOf = (events: readonly KernelEvent[]): readonly TurnPart[] =>
  events.reduce<readonly TurnPart[]>(addToParts, []);
