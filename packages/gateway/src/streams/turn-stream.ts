import type { EventEnvelope, MessageRequest } from '@matrix-os/contracts';
import type { Kernel, Principal } from '@matrix-os/kernel';
import { AppError } from '@matrix-os/kit';

const HEARTBEAT_MS = 15_000;
const MAX_UNREAD_BYTES = 4_000_000;

/**
 * Sends the message and answers its turn's events as server-sent events, `id:` being the event's `seq`.
 * `after`: what the client saw of this turn already, when it sends the same message again after a broken connection.
 *
 * @throws AppError like `kernel.send`, and `conflict` when what was missed is no longer kept
 */
export const streamTurn = async (options: {
  kernel: Kernel;
  principal: Principal;
  request: MessageRequest;
  after: number | undefined;
}): Promise<Response> => {
  const { kernel, principal, request, after } = options;
  // Subscribed before sending, so that not even the first event can slip by.
  const early: EventEnvelope[] = [];
  let deliver = (envelope: EventEnvelope): void => void early.push(envelope);
  const unsubscribe = kernel.events.subscribe((envelope) => deliver(envelope));
  const accepted = await kernel.send(principal, request).catch((error: unknown) => {
    unsubscribe();
    throw error;
  });
  const { turn, completed } = accepted;

  const repeated = request.id !== undefined || after !== undefined;
  const kept = repeated ? kernel.events.since(after ?? 0) : early;
  if (kept === null && after !== undefined) {
    unsubscribe();
    completed.catch(() => undefined);
    throw new AppError(
      'conflict',
      `What came after event ${after} is no longer kept. Read the session instead.`,
    );
  }

  let stop = unsubscribe;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const encoder = new TextEncoder();
        const heartbeat = setInterval(
          () => controller.enqueue(encoder.encode(': still here\n\n')),
          HEARTBEAT_MS,
        );
        let open = true;
        stop = () => {
          open = false;
          clearInterval(heartbeat);
          unsubscribe();
        };
        const end = () => {
          if (!open) return;
          stop();
          controller.close();
        };
        let lastSent = after ?? 0;
        deliver = (envelope) => {
          if (!open || envelope.turn !== turn || envelope.seq <= lastSent) return;
          lastSent = envelope.seq;
          controller.enqueue(encoder.encode(toServerSentEvent(envelope)));
          // It reads too slowly; it can come back with Last-Event-ID.
          if ((controller.desiredSize ?? 0) <= 0) end();
        };
        for (const envelope of kept ?? early) deliver(envelope);
        completed.then(end, end);
      },
      cancel: () => stop(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_UNREAD_BYTES }),
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Proxies of the nginx family would otherwise gather the stream.
      'x-accel-buffering': 'no',
    },
  });
};

const toServerSentEvent = (envelope: EventEnvelope): string =>
  `id: ${envelope.seq}\nevent: ${envelope.event.type}\ndata: ${JSON.stringify(envelope)}\n\n`;
