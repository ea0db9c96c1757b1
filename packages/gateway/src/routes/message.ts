import { MessageRequest } from '@matrix-os/contracts';
import type { Kernel } from '@matrix-os/kernel';
import { AppError } from '@matrix-os/kit';
import type { Activity } from '../activity.ts';
import { checkBody, readJson } from '../http/body.ts';
import type { GatewayApp } from '../http/context.ts';
import { streamTurn } from '../streams/turn-stream.ts';

/** The turn goes on whatever becomes of the request: what it says is kept, and can be asked for again. */
export const addMessageRoute = (app: GatewayApp, deps: { kernel: Kernel; activity: Activity }): void => {
  const { kernel, activity } = deps;
  app.post('/api/message', async (c) => {
    const { principal } = c.get('caller');
    const body = await readJson(c);
    refuseClaimedSender(body);
    const request = checkBody(body, MessageRequest);
    if (principal.kind === 'visitor') activity.touch('message');

    if (c.req.header('accept')?.includes('text/event-stream')) {
      const lastEventId = c.req.header('last-event-id');
      const after = /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : undefined;
      return streamTurn({ kernel, principal, request, after });
    }

    const { completed, ...accepted } = await kernel.send(principal, request);
    if (
      c.req
        .header('prefer')
        ?.split(/[,;]\s*/)
        .includes('respond-async')
    ) {
      // The events tell how it went; nobody waits for this promise.
      completed.catch(() => undefined);
      return c.json(accepted, 202, { 'preference-applied': 'respond-async' });
    }
    return c.json(await completed);
  });
};

/**
 * Who sends is known from what the request carries. A body that names a sender is refused whatever the name and whoever asks,
 * and not merely ignored: a program that believes to speak for another must learn that it doesn't.
 */
const refuseClaimedSender = (body: unknown): void => {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'from')) return;
  throw new AppError(
    'forbidden',
    'A message can not say who it is from: that takes a proof, and there is none for other systems yet. Leave "from" out.',
  );
};
