import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { EMPTY, finalize, type Observable } from 'rxjs';
import { FairShares } from '../../platform/http/fair-shares.js';
import type { SignedRequest } from './access.js';
import { READS_AT_ONCE, READS_WAITING } from './limits.js';

const TOO_MANY_REQUESTS = 429;

/**
 * A read may take many turns of the event loop, and each login has a few under way at most: however many it sends, others
 * are held up by those few alone. One whose connection is broken by its turn is not done.
 */
@Injectable()
export class ReadShares implements NestInterceptor {
  private readonly shares = new FairShares(READS_AT_ONCE, READS_WAITING);

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const { method, principal, raw } = http.getRequest<SignedRequest>();
    if (!principal || (method !== 'GET' && method !== 'HEAD')) return next.handle();
    const turn = this.shares.enter(`${principal.kind} ${principal.id}`);
    if (!turn) throw new HttpException('Too many requests of yours are waiting', TOO_MANY_REQUESTS);
    const leave = await turn;
    if (raw.socket.destroyed) {
      leave();
      return EMPTY;
    }
    return next.handle().pipe(finalize(leave));
  }
}
