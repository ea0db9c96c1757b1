import type { ServerResponse } from 'node:http';

/** The Anthropic API's own error types, which its SDKs map to exceptions. */
const API_ERROR_TYPES = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  431: 'invalid_request_error',
  500: 'api_error',
  502: 'api_error',
  503: 'overloaded_error',
  504: 'timeout_error',
} as const;

type ApiErrorStatus = keyof typeof API_ERROR_TYPES;

export interface ApiError {
  readonly status: ApiErrorStatus;
  /** What happened and what to do next. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const apiErrorBody = (error: ApiError, requestId: string): string =>
  JSON.stringify({
    type: 'error',
    error: { type: API_ERROR_TYPES[error.status], message: error.message },
    request_id: requestId,
  });

/** Answers in the API's own shape. Does nothing when an answer is under way. */
export const sendApiError = (response: ServerResponse, error: ApiError, requestId: string): void => {
  if (response.headersSent || response.destroyed) return;
  const body = apiErrorBody(error, requestId);
  response.writeHead(error.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'request-id': requestId,
    ...error.headers,
  });
  response.end(body);
};

/**
 * The same inside a stream that has begun. A leading line end closes a line that upstream left half; the event's name is
 * then `error` all the same, which every SDK raises.
 */
export const errorEvent = (error: ApiError, requestId: string, atBoundary: boolean): string =>
  `${atBoundary ? '' : '\n'}event: error\ndata: ${apiErrorBody(error, requestId)}\n\n`;
