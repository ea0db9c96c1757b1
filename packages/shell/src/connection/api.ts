import { Problem } from '@matrix-os/contracts';
import type * as z from 'zod/mini';

/** A request that the gateway refused, or that never reached it (`status` 0, code `offline`). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }

  /** Whether the same request may well succeed a little later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Api {
  /** @throws ApiError */
  get<T>(path: string, schema: z.ZodMiniType<T>): Promise<T>;
  /** Sends JSON, and reads the answer when a schema is given. @throws ApiError */
  send(method: Method, path: string, body?: unknown): Promise<void>;
  call<T>(
    method: Method,
    path: string,
    schema: z.ZodMiniType<T>,
    body?: unknown,
    headers?: HeadersInit,
  ): Promise<T>;
  /** For what is not JSON. @throws ApiError for every status but 2xx and those in `expected` */
  fetch(path: string, init?: RequestInit, expected?: readonly number[]): Promise<Response>;
}

const OFFLINE = 'Matrix OS can’t be reached. Check that it runs; this page tries again by itself.';

/** Requests to the origin of the page. `onSignedOut` is told of every 401. */
export const createApi = (options: { fetch: typeof fetch; onSignedOut: () => void }): Api => {
  const checked: Api['fetch'] = async (path, init, expected = []) => {
    const response = await options.fetch(path, init).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new ApiError('offline', 0, OFFLINE);
    });
    if (response.ok || expected.includes(response.status)) return response;
    if (response.status === 401) options.onSignedOut();
    throw await readProblem(response);
  };

  const call: Api['call'] = async (method, path, schema, body, headers) => {
    const response = await checked(path, withJson(method, body, headers));
    return schema.parse(await response.json());
  };

  return {
    get: (path, schema) => call('GET', path, schema),
    call,
    fetch: checked,
    async send(method, path, body) {
      await checked(path, withJson(method, body));
    },
  };
};

const withJson = (method: Method, body: unknown, headers?: HeadersInit): RequestInit => {
  if (body === undefined) return { method, ...(headers && { headers }) };
  const all = new Headers(headers);
  all.set('Content-Type', 'application/json');
  return { method, headers: all, body: JSON.stringify(body) };
};

/** An answer that is not ours (a proxy's page, a torn body) still becomes something to read. */
export const readProblem = async (response: Response): Promise<ApiError> => {
  const problem = Problem.safeParse(await response.json().catch(() => undefined));
  if (problem.success) return new ApiError(problem.data.code, response.status, problem.data.detail);
  return new ApiError('unknown', response.status, `Matrix OS answered with status ${response.status}.`);
};

/** What went wrong, for a person. */
export const explain = (error: unknown): string =>
  error instanceof ApiError
    ? error.message
    : 'Something unexpected happened on this page. Reload it and try again.';
