import { finished } from 'node:stream';
import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Observable } from 'rxjs';
import type { SignedRequest } from './access.js';
import { EXPORTS_AT_ONCE } from './limits.js';

const TOO_MANY_REQUESTS = 429;

/**
 * An export goes on after its handler is done, for as long as its client reads: each login has a few under way, and what
 * comes on top is refused. A place is free again when the answer is over, whole, failed or left by its client.
 */
@Injectable()
export class ExportShares implements NestInterceptor {
  private readonly underWay = new Map<string, number>();

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const { principal } = http.getRequest<SignedRequest>();
    const { raw: answer } = http.getResponse<FastifyReply>();
    const login = `${principal?.kind} ${principal?.id}`;
    const others = this.underWay.get(login) ?? 0;
    if (others >= EXPORTS_AT_ONCE) {
      throw new HttpException('Too many exports of yours are under way', TOO_MANY_REQUESTS);
    }
    this.underWay.set(login, others + 1);
    finished(answer, () => this.leave(login));
    return next.handle();
  }

  private leave(login: string): void {
    const left = this.underWay.get(login)! - 1;
    if (left > 0) this.underWay.set(login, left);
    else this.underWay.delete(login);
  }
}
