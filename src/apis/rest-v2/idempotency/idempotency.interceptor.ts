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
import { pathOf } from '../../../platform/http/surface-router.js';
import { markAttempt } from './attempt.js';
import { type Attempt, IdempotentRequests, type KeptAnswer } from './idempotent-requests.js';

const KEY = /^[\x21-\x7e]{1,255}$/;
const KEPT_HEADERS = ['x-position', 'location'] as const;
/** Answers that hold nothing but credentials are not kept; logging in again is harmless. */
const LOGIN_PATHS = '/api/auth/';

type Requested = FastifyRequest & { readonly principal?: Principal };

const hasKey = ({ method, headers, url, principal }: Requested): boolean =>
  headers['idempotency-key'] !== undefined &&
  (method === 'POST' || method === 'PATCH') &&
  principal !== undefined &&
  !url.startsWith(LOGIN_PATHS) &&
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
        await this.requests.fail(begun, isRefused(error, reply));
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
    // The slash at the end is optional, so it makes no other request.
    const route = `${method} ${path.replace(/\/$/, '')}`;
    return this.requests.begin({ accountId: principal!.id, route, key, content });
  }
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
