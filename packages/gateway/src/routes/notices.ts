import type { NoticeList } from '@matrix-os/contracts';
import type { Kernel } from '@matrix-os/kernel';
import type { z } from 'zod';
import type { GatewayApp } from '../http/context.ts';

const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** What was told while no desktop listened: the stream alone begins when somebody looks. */
export const addNoticeRoutes = (app: GatewayApp, { kernel }: { kernel: Kernel }): void => {
  app.get('/api/notices', (c) => {
    const answer: z.infer<typeof NoticeList> = { notices: kernel.events.notices(Date.now() - KEPT_MS) };
    return c.json(answer);
  });
};
