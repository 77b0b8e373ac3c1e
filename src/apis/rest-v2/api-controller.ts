import {
  applyDecorators,
  type CallHandler,
  Controller,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  ServiceUnavailableException,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { EventStoreError } from '../../platform/event-store/event-store.js';
import { KnownOutage } from '../../platform/http/failure.js';
import { StoreUnavailable } from '../../platform/kernel/store-unavailable.js';
import { ReadModelNotReady } from '../../platform/projections/read-models.js';
import { MasterKeyError } from '../../platform/security/master-key.js';
import { AccessGuard } from './access.js';
import { BodyShapePipe, RequestPipe } from './body.js';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.js';
import { KnownQuery } from './known-query.js';
import { ReadShares } from './read-shares.js';
import { WaitingReads } from './waiting-reads.js';

const OUTAGE = 'The service is not available';
const REPLACED_KEY =
  'The master key was changed: this server reads no secrets until it is restarted with the new one';
const OUTAGES = [EventStoreError, StoreUnavailable] as const;

/** Tells an outage from a bug: callers may come again later. */
@Injectable()
export class OutageInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (error instanceof MasterKeyError && error.code === 'Mismatch') throw new KnownOutage(REPLACED_KEY);
        if (error instanceof ReadModelNotReady) throw new KnownOutage(OUTAGE);
        const isOutage = OUTAGES.some((outage) => error instanceof outage);
        throw isOutage ? new ServiceUnavailableException(OUTAGE, { cause: error }) : error;
      }),
    );
  }
}

/** A controller of REST v2: every route behind its policy, every body and query checked. */
export const ApiController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(path),
    UseGuards(AccessGuard, KnownQuery),
    UsePipes(BodyShapePipe, RequestPipe),
    UseInterceptors(OutageInterceptor, WaitingReads, ReadShares, IdempotencyInterceptor),
  );
