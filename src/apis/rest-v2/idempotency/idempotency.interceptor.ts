import {
  BadRequestException,
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, mergeMap, type Observable, of } from 'rxjs';
import type { Principal } from '../../../platform/auth/tokens.js';
import { EventStoreError } from '../../../platform/event-store/event-store.js';
import { pathOf } from '../../../platform/http/surface-router.js';
import { markAttempt } from './attempt.js';
import {
  type Attempt,
  type AttemptFailure,
  IdempotentRequests,
  type KeptAnswer,
} from './idempotent-requests.js';

const KEY = /^[\x21-\x7e]{1,255}$/;
const KEPT_HEADERS = ['x-position', 'location'] as const;
/** Their answers hold credentials or a key's text, which no store may keep; asking again is harmless. */
const NOT_KEPT = /^\/api\/(?:auth\/|keys\/\d+\/reveal$)/;

type Requested = FastifyRequest & { readonly principal?: Principal };

/** One way to write a path of the many that the router takes: decoded, no slash at its end, no zeros before a number. */
const plainPath = (path: string): string =>
  path
    .replace(/\/$/, '')
    .split('/')
    .map((part) => decodeURIComponent(part).replace(/^0+(?=\d+$)/, ''))
    .join('/');

const hasKey = ({ method, headers, url, principal }: Requested): boolean =>
  headers['idempotency-key'] !== undefined &&
  (method === 'POST' || method === 'PATCH') &&
  principal !== undefined &&
  !NOT_KEPT.test(plainPath(pathOf(url))) &&
  // Uploads are named by their content: the same again is the same file.
  !headers['content-type']?.startsWith('multipart/');

/**
 * Honours `Idempotency-Key` on POST and PATCH: the same request under the same key gets the first answer again and
 * changes nothing. What was refused changed nothing, so it is not remembered and is decided anew.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly requests: IdempotentRequests) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Requested>();
    if (!hasKey(request)) return next.handle();
    const reply = http.getResponse<FastifyReply>();
    const begun = await this.begin(request);
    if ('status' in begun) return of(replay(reply, begun));
    markAttempt(request, begun.request.attemptId);
    return next.handle().pipe(
      mergeMap(async (body) => {
        await this.requests.keep(begun, answerOf(reply, body));
        return body;
      }),
      catchError(async (error: unknown) => {
        await this.requests.fail(begun, failureOf(error, reply));
        throw error;
      }),
    );
  }

  private begin(request: Requested): Promise<Attempt | KeptAnswer> {
    const { method, url, body, headers, principal } = request;
    const key = headers['idempotency-key'];
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw new BadRequestException('Idempotency-Key: must be 1 to 255 visible ASCII characters');
    }
    const path = pathOf(url);
    const content = `${url.slice(path.length)}\n${JSON.stringify(body ?? null)}`;
    const route = `${method} ${plainPath(path)}`;
    return this.requests.begin({ accountId: principal!.id, route, key, content });
  }
}

function failureOf(error: unknown, reply: FastifyReply): AttemptFailure {
  if (isRefused(error, reply)) return 'refused';
  const cause = error instanceof HttpException ? error.cause : error;
  return cause instanceof EventStoreError && cause.outcome === 'unknown' ? 'doubtful' : 'failed';
}

/** Refused before any of its commands was carried out. */
const isRefused = (error: unknown, reply: FastifyReply): boolean =>
  error instanceof HttpException && error.getStatus() < 500 && !reply.hasHeader('x-position');

function answerOf(reply: FastifyReply, body: unknown): KeptAnswer {
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = reply.getHeader(name);
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  return { status: reply.statusCode, headers: Object.fromEntries(headers), body: body ?? null };
}

function replay(reply: FastifyReply, { status, headers, body }: KeptAnswer): unknown {
  reply.code(status).headers(headers).header('Idempotent-Replayed', 'true');
  return body;
}
