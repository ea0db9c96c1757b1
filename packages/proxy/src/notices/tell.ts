import { type Logger, messageOf } from '@matrix-os/kit';
import type { NoticeRow } from '../database/schema.ts';

/** Tells the operator of thresholds that tenants have reached: in the log, and at a webhook when there is one. */
export interface NoticeTeller {
  tell(notice: NoticeRow): void;
  close(): Promise<void>;
}

const WEBHOOK_MS = 10_000;

/** The notice itself is in the database already; a webhook that fails is logged, not tried again. */
export const createNoticeTeller = (deps: {
  logger: Logger;
  webhookUrl: string | undefined;
}): NoticeTeller => {
  const { logger, webhookUrl } = deps;
  const running = new Set<Promise<void>>();
  const post = async (url: string, notice: NoticeRow): Promise<void> => {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          id: notice.id,
          tenant: notice.tenant,
          period: notice.period,
          percent: Number(notice.percent),
          message: notice.message,
        }),
        signal: AbortSignal.timeout(WEBHOOK_MS),
      });
      if (!response.ok) throw new Error(`it answered ${response.status}`);
    } catch (error) {
      logger.error({ notice: notice.id }, `the webhook did not take a notice: ${messageOf(error)}`);
    }
  };
  return {
    tell(notice) {
      logger.warn(
        { tenant: notice.tenant, percent: Number(notice.percent), period: notice.period },
        notice.message,
      );
      if (webhookUrl === undefined) return;
      const sending = post(webhookUrl, notice).finally(() => running.delete(sending));
      running.add(sending);
    },
    async close() {
      await Promise.all(running);
    },
  };
};
