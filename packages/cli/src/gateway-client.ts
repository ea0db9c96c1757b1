import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Health, LoginCode, MessageResponse, Problem } from '@matrix-os/contracts';
import { AppError, isErrnoException } from '@matrix-os/kit';
import * as z from 'zod/mini';
import { type CliConfig, statePathOf } from './config.ts';

export interface GatewayClient {
  health(): Promise<Health>;
  createLoginCode(): Promise<LoginCode>;
  send(text: string, session?: string): Promise<MessageResponse>;
}

/** Talks to the gateway of this machine. Every method throws `unavailable` when none answers. */
export const createGatewayClient = (config: CliConfig): GatewayClient => {
  const base = `http://127.0.0.1:${config.PORT}`;

  const token = async (): Promise<string> => {
    if (config.MATRIX_AUTH_TOKEN !== undefined) return config.MATRIX_AUTH_TOKEN;
    const path = join(statePathOf(config), 'auth-token');
    try {
      return (await readFile(path, 'utf8')).trim();
    } catch (cause) {
      if (!isErrnoException(cause)) throw cause;
      throw new AppError('unauthorized', `${path} can't be read. Was Matrix OS started by this user?`, {
        cause,
      });
    }
  };

  const call = async <Schema extends z.core.$ZodType>(
    schema: Schema,
    method: 'GET' | 'POST',
    path: string,
    options: { body?: unknown; open?: boolean } = {},
  ): Promise<z.output<Schema>> => {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (!options.open) headers.authorization = `Bearer ${await token()}`;
    const body = options.body === undefined ? null : JSON.stringify(options.body);
    let response: Response;
    try {
      response = await fetch(base + path, { method, headers, body });
    } catch (cause) {
      throw new AppError('unavailable', `No Matrix OS answers at ${base}. Start it with: npm start`, {
        cause,
      });
    }
    const json: unknown = await response.json().catch(() => undefined);
    if (response.ok) return z.parse(schema, json);
    const problem = Problem.safeParse(json);
    throw new AppError(
      response.status === 401 ? 'unauthorized' : 'unavailable',
      problem.success ? problem.data.detail : `The gateway answered ${response.status}.`,
    );
  };

  return {
    health: () => call(Health, 'GET', '/health', { open: true }),
    createLoginCode: () => call(LoginCode, 'POST', '/auth/codes'),
    send: (text, session) => call(MessageResponse, 'POST', '/api/message', { body: { text, session } }),
  };
};
