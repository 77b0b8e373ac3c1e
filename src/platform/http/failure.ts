import { STATUS_CODES } from 'node:http';
import { HttpException, ServiceUnavailableException } from '@nestjs/common';

export interface Failure {
  readonly status: number;
  readonly message: string;
  readonly details: readonly string[];
  /** How long the refusal lasts, where that is known. */
  readonly retryAfterSeconds?: number;
}

/** Texts for what the framework refuses. Its own quote the request: a malformed URL or body may hold a password. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'The request took too long',
  413: 'The request body is too large',
  414: 'The URL is too long',
  415: 'The content type is not supported',
  429: 'Too many requests',
  503: 'The service is not available',
};

export const refusal = (status: number): Failure => ({
  status,
  message: REFUSALS[status] ?? STATUS_CODES[status] ?? 'The request failed',
  details: [],
});

/** 503 that is no news to whoever runs the server: what was asked for is merely late, or the log says why already. */
export class KnownOutage extends ServiceUnavailableException {}

/** A refusal of which it is known how long it lasts. */
export class RetryLater extends HttpException {
  constructor(
    message: string,
    status: number,
    readonly retryAfterSeconds: number,
  ) {
    super(message, status);
  }
}

const INTERNAL: Failure = { status: 500, message: 'Internal server error', details: [] };

function fromException(exception: HttpException): Failure {
  const response = exception.getResponse();
  const given = typeof response === 'string' ? response : (response as { message?: unknown }).message;
  const details = (Array.isArray(given) ? given : [given]).filter((text) => typeof text === 'string');
  const message = details.join('; ') || refusal(exception.getStatus()).message;
  const failure = { status: exception.getStatus(), message, details };
  return exception instanceof RetryLater
    ? { ...failure, retryAfterSeconds: exception.retryAfterSeconds }
    : failure;
}

/** What to tell a caller of something thrown. Texts of our own exceptions are shown; nobody else's are. */
export function failureOf(error: unknown): Failure {
  if (error instanceof HttpException) return fromException(error);
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) return refusal(status);
  return INTERNAL;
}
