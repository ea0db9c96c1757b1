import { ApprovalDecision, ApprovalId, SessionId, SessionPatch, TurnId } from '@matrix-os/contracts';
import type { Kernel } from '@matrix-os/kernel';
import { readBody, readParam } from '../http/body.ts';
import type { GatewayApp } from '../http/context.ts';

export const addSessionRoutes = (app: GatewayApp, { kernel }: { kernel: Kernel }): void => {
  app.get('/api/sessions', (c) => c.json({ sessions: kernel.sessions.list() }));
  app.get('/api/sessions/:id', (c) => c.json(kernel.sessions.history(readParam(c, 'id', SessionId))));
  app.patch('/api/sessions/:id', async (c) => {
    const id = readParam(c, 'id', SessionId);
    const { title } = await readBody(c, SessionPatch);
    return c.json(kernel.sessions.rename(id, title));
  });
  app.delete('/api/sessions/:id', async (c) => {
    await kernel.sessions.remove(readParam(c, 'id', SessionId));
    return c.body(null, 204);
  });
};

export const addTurnRoutes = (app: GatewayApp, { kernel }: { kernel: Kernel }): void => {
  app.post('/api/turns/:id/cancel', async (c) => {
    await kernel.cancel(readParam(c, 'id', TurnId));
    return c.body(null, 204);
  });
  app.post('/api/turns/:id/undo', async (c) => c.json(await kernel.undo(readParam(c, 'id', TurnId))));
  app.post('/api/turns/:id/redo', async (c) => c.json(await kernel.redo(readParam(c, 'id', TurnId))));
  app.post('/api/approvals/:id', async (c) => {
    const id = readParam(c, 'id', ApprovalId);
    await kernel.decide(id, await readBody(c, ApprovalDecision));
    return c.body(null, 204);
  });
};
