import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { requestRedelivery } from '../domain/webhooks.decider.js';
import { Webhooks } from '../domain/webhooks.js';
import { MAX_REDELIVERED } from '../limits.js';
import { NoticeIndex } from '../notices/notice-index.js';
import type { TimeRange } from '../notices/notice-times.js';
import type { WebhookRejectionCode } from '../rejections.js';

export interface RedeliveryBegun {
  /** Events in the range; those of types that the endpoint does not take are passed over. */
  readonly events: number;
  /** Null when the range is taken whole; else from when on to ask again. */
  readonly resumeFrom: string | null;
}

/** Sends again what happened in a range of time, oldest first and beside what is new; at most so much at once. */
export class RedeliverRange extends Command<RedeliveryBegun | Rejection<WebhookRejectionCode>> {
  constructor(
    readonly context: CommandContext,
    readonly partner: string,
    readonly webhook: number,
    /** Milliseconds; the first is included, the second is not. */
    readonly range: TimeRange,
  ) {
    super();
  }
}

@CommandHandler(RedeliverRange)
export class RedeliverRangeHandler implements ICommandHandler<RedeliverRange> {
  constructor(
    private readonly executor: Executor,
    private readonly index: NoticeIndex,
  ) {}

  async execute({ context, partner, webhook, range }: RedeliverRange) {
    const lane = this.index.lanes.get(webhook);
    if (lane?.partner !== partner) return reject('WebhookUnknown');
    if (lane.isReplaying) return reject('RedeliveryUnderWay');
    const { first, end, resumeFromMs } = this.index.inRange(partner, range, MAX_REDELIVERED);
    const resumeFrom = resumeFromMs === null ? null : isoTime(resumeFromMs);
    const events = end - first;
    if (events === 0) return { events, resumeFrom };
    const [begin] = this.index.read(partner, first, 1);
    const [last] = this.index.read(partner, end - 1, 1);
    const stretch = { first: begin!.position, last: last!.position };
    return this.executor.run(context, (tx) => {
      const decided = requestRedelivery(tx.load(Webhooks, partner), webhook, stretch);
      if (isRejection(decided)) return decided;
      tx.append(Webhooks, partner, decided);
      return { events, resumeFrom };
    });
  }
}
