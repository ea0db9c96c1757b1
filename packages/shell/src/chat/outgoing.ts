import { MessageAccepted } from '@matrix-os/contracts';
import { type Api, ApiError } from '../connection/api.ts';
import { backoff } from '../connection/backoff.ts';

/** A message of ours that the gateway has not taken yet. */
export interface Outgoing {
  /** Made here and sent with every try, so that the gateway takes it once. */
  readonly id: string;
  /** Null: it starts a conversation. */
  readonly session: string | null;
  readonly text: string;
  /** Why it was refused for good; null while it is on its way. */
  readonly problem: string | null;
}

/** Delivers one message however often the connection breaks. @throws ApiError when trying again is of no use */
export const deliver = async (
  api: Api,
  message: Pick<Outgoing, 'id' | 'session' | 'text'>,
  wait: (attempt: number) => Promise<void> = sleep,
): Promise<MessageAccepted> => {
  const body = { text: message.text, id: message.id, ...(message.session && { session: message.session }) };
  for (let attempt = 0; ; attempt++) {
    try {
      return await api.call('POST', '/api/message', MessageAccepted, body, { Prefer: 'respond-async' });
    } catch (error) {
      if (!(error instanceof ApiError) || !error.passing) throw error;
      await wait(attempt);
    }
  }
};

const sleep = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
