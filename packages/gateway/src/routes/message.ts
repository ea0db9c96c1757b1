import { MessageRequest } from '@matrix-os/contracts';
import type { Kernel } from '@matrix-os/kernel';
import type { Activity } from '../activity.ts';
import { readBody } from '../http/body.ts';
import type { GatewayApp } from '../http/context.ts';
import { streamTurn } from '../streams/turn-stream.ts';

/** The turn goes on whatever becomes of the request: what it says is kept, and can be asked for again. */
export const addMessageRoute = (app: GatewayApp, deps: { kernel: Kernel; activity: Activity }): void => {
  const { kernel, activity } = deps;
  app.post('/api/message', async (c) => {
    const request = await readBody(c, MessageRequest);
    if (request.from !== undefined) activity.touch('message');

    if (c.req.header('accept')?.includes('text/event-stream')) {
      const lastEventId = c.req.header('last-event-id');
      const after = /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : undefined;
      return streamTurn({ kernel, request, after });
    }

    const { completed, ...accepted } = await kernel.send(request);
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
