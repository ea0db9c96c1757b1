export interface TurnEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

type Send = (path: string, init?: RequestInit) => Promise<Response>;

/**
 * Sends a message and follows its events to the end. What is asked meanwhile is answered by `answer`, as an owner would
 * who reads the tool's name and clicks.
 */
export const driveTurn = async (
  request: Send,
  text: string,
  answer: (approval: TurnEvent) => boolean = () => false,
): Promise<TurnEvent[]> => {
  const response = await request('/api/message', {
    method: 'POST',
    headers: { accept: 'text/event-stream' },
    body: JSON.stringify({ text }),
  });
  const events: TurnEvent[] = [];
  let buffered = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    buffered += decoder.decode(chunk, { stream: true });
    const blocks = buffered.split('\n\n');
    buffered = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data:'));
      if (data === undefined) continue;
      const envelope = JSON.parse(data.slice('data:'.length)) as { event: TurnEvent };
      const { event } = envelope;
      events.push(event);
      if (event.type !== 'approval') continue;
      const decision = answer(event) ? 'allow' : 'deny';
      await request(`/api/approvals/${event.id}`, { method: 'POST', body: JSON.stringify({ decision }) });
    }
  }
  return events;
};
