import { setTimeout as sleep } from 'node:timers/promises';
import { DeliverySender } from '../../contexts/deliveries/index.js';
import { systemContext } from '../../platform/execution/system-context.js';
import type { Ids } from '../../platform/kernel/ids.js';
import type { Process } from '../../platform/processes/process.js';
import { type PendingDeliveriesIndex, parseSend } from './pending-deliveries.index.js';

/** Messages under way at once: as many as a provider takes without a complaint. */
const CONCURRENCY = 8;
/**
 * While customers buy, each of these rests this long before its next message: all together they send no more than 160 a
 * second then, a tenth of the thread that sells, and no fewer than its turns let through.
 */
const REST_MS = 50;

/** When messages give way to others. */
export interface Yielding {
  /** Whether customers are buying at the moment. */
  readonly isSelling: () => boolean;
  readonly rest?: (ms: number) => Promise<unknown>;
}

/** Sends what orders ask for, and tries again what did not go out. */
export class EmailDelivery implements Process {
  readonly name = 'email-delivery';
  readonly concurrency = CONCURRENCY;

  constructor(
    readonly index: PendingDeliveriesIndex,
    private readonly sender: DeliverySender,
    private readonly ids: Ids,
    private readonly yielding: Yielding,
  ) {}

  async run(keys: readonly string[]): Promise<void> {
    const { isSelling, rest = sleep } = this.yielding;
    for (const key of keys) {
      if (isSelling()) await rest(REST_MS);
      const context = systemContext(this.ids, this.name, this.name);
      await this.sender.advance(context, parseSend(key), Math.random());
    }
  }
}
