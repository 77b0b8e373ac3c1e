import { setTimeout as sleep } from 'node:timers/promises';
import { DeliverySender } from '../../contexts/deliveries/index.js';
import { systemContext } from '../../platform/execution/system-context.js';
import type { Ids } from '../../platform/kernel/ids.js';
import type { Process } from '../../platform/processes/process.js';
import { type PendingDeliveriesIndex, parseSend } from './pending-deliveries.index.js';

/**
 * Messages under way at once, to a provider as well. Each waits for a turn of the event loop several times, and a turn of
 * a thread that customers fill takes 30 to 50 ms: fewer at once would keep customers of a busy shop waiting for their keys.
 */
const CONCURRENCY = 16;
/**
 * While customers buy, each of these rests this long before its next message: all together they take no more than about a
 * tenth of the thread that sells, however many messages wait.
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
