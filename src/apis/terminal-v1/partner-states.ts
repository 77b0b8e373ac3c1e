import { Inject, Injectable } from '@nestjs/common';
import { Partner, type PartnerState } from '../../contexts/partners/index.js';
import type { MaybePromise } from '../../platform/event-store/event-store.js';
import { type CommandContext, Executor } from '../../platform/execution/transaction.js';

/** Reading appends nothing, so nothing of this is ever recorded. */
const READING: CommandContext = {
  commandId: 'reading',
  correlationId: 'reading',
  actor: { kind: 'system', id: 'terminal-v1' },
  surface: 'terminal-v1',
};

/** Reads a partner's folded state: what a command decides on, so that a block takes hold with the next request. */
@Injectable()
export class PartnerStates {
  constructor(@Inject(Executor) private readonly executor: Executor) {}

  find(partnerId: string): MaybePromise<PartnerState> {
    return this.executor.run(READING, (tx) => tx.load(Partner, partnerId));
  }
}
