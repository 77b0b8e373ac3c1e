import {
  BadRequestException,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { EventStore, parsePosition } from '../../platform/event-store/event-store.js';
import { KnownOutage } from '../../platform/http/failure.js';
import { ReadModels } from '../../platform/projections/read-models.js';
import { WAIT_FOR_POSITION_MS } from './limits.js';

const HEADER = 'x-wait-for-position';

/**
 * Lets a read name the position that it must see, as a write answered it in `X-Position`: with
 * `X-Wait-For-Position` a read is answered from read models that have reached it, or with 503; a
 * position that no write was answered with is refused.
 */
@Injectable()
export class WaitingReads implements NestInterceptor {
  constructor(
    private readonly models: ReadModels,
    private readonly events: EventStore,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { method, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const asked = headers[HEADER];
    if (asked !== undefined && (method === 'GET' || method === 'HEAD')) await this.waitFor(String(asked));
    return next.handle();
  }

  /**
   * A position that the log does not have is nothing to wait for: it came from somewhere else. A server that
   * holds the log for several processes may not have it from another node of its own yet: that passes.
   */
  private async waitFor(asked: string): Promise<void> {
    const position = parsePosition(asked);
    if (position === null) {
      throw new BadRequestException('X-Wait-For-Position: must be a position as X-Position answers it');
    }
    const isThere = position <= (await this.events.headPosition());
    if (isThere && (await this.models.waitFor(position, WAIT_FOR_POSITION_MS))) return;
    if (!isThere && this.events.atomicBatches) {
      throw new BadRequestException('X-Wait-For-Position: no write was ever answered with this position');
    }
    throw new KnownOutage(`What is stored up to position ${asked} cannot be read yet`);
  }
}
