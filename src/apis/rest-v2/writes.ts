import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { type Command, CommandBus } from '@nestjs/cqrs';
import { EventStore, EventStoreError, formatPosition } from '../../platform/event-store/event-store.js';
import type { CommandContext } from '../../platform/execution/transaction.js';
import { KnownOutage } from '../../platform/http/failure.js';
import { correlationOf } from '../../platform/http/request-id.js';
import { IndexesBehind } from '../../platform/indexes/index-progress.js';
import { Ids } from '../../platform/kernel/ids.js';
import { isRejection, type Rejection } from '../../platform/kernel/rejection.js';
import { ReadModels } from '../../platform/projections/read-models.js';
import type { Caller } from './access.js';
import { attemptOf } from './idempotency/attempt.js';
import { READ_YOUR_WRITES_MS } from './limits.js';
import { refusalOf } from './rejections.js';

const NOTHING_STORED = 'The service is not available; nothing was changed';
const NOT_READABLE = 'The change was made but cannot be read yet; look for it before you repeat it';
const DOUBTFUL = 'The service is not available; look whether the change was made before you repeat it';

/** How many decisions a command consists of. That one of several stored nothing does not say so of those before it. */
type Decisions = 'one' | 'several';

/** Runs commands for callers, and answers when what they changed can be read. */
@Injectable()
export class Writes {
  constructor(
    private readonly bus: CommandBus,
    private readonly ids: Ids,
    private readonly events: EventStore,
    private readonly models: ReadModels,
  ) {}

  contextOf({ principal, reply: { request } }: Caller): CommandContext {
    const commandId = this.ids.uuid();
    return {
      commandId,
      correlationId: correlationOf(request.id, commandId),
      causationId: attemptOf(request),
      actor: { kind: principal.kind, id: principal.id },
      surface: 'rest-v2',
    };
  }

  /**
   * The command's result, with a position of the log at or after it as the header `X-Position`; the read models have
   * reached that position.
   * @throws {HttpException} for a rejection, when the store is not available, and when the read models take longer than
   *   {@link READ_YOUR_WRITES_MS}.
   */
  async run<R>(
    caller: Caller,
    make: (context: CommandContext) => Command<R>,
    decisions: Decisions = 'one',
  ): Promise<Exclude<R, Rejection>> {
    const result = await this.execute(make(this.contextOf(caller)), decisions);
    if (isRejection(result)) throw refusalOf(result);
    const position = await this.events.headPosition();
    caller.reply.header('X-Position', formatPosition(position));
    if (!(await this.models.waitFor(position, READ_YOUR_WRITES_MS))) {
      throw new KnownOutage(NOT_READABLE);
    }
    return result as Exclude<R, Rejection>;
  }

  private async execute<R>(command: Command<R>, decisions: Decisions): Promise<R> {
    try {
      return await this.bus.execute(command);
    } catch (error) {
      if (!(error instanceof EventStoreError || error instanceof IndexesBehind)) throw error;
      // Indexes are waited for before anything is decided.
      const isWhole = decisions === 'one' || error instanceof IndexesBehind;
      const isNothing = error.outcome === 'nothing' && isWhole;
      const message = isNothing ? NOTHING_STORED : DOUBTFUL;
      throw new ServiceUnavailableException(message, { cause: error });
    }
  }
}
