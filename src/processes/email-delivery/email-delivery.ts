import { DeliverySender } from '../../contexts/deliveries/index.js';
import { systemContext } from '../../platform/execution/system-context.js';
import type { Ids } from '../../platform/kernel/ids.js';
import type { Process } from '../../platform/processes/process.js';
import { type PendingDeliveriesIndex, parseSend } from './pending-deliveries.index.js';

/** Messages under way at once: as many as a provider takes without a complaint. */
const CONCURRENCY = 8;

/** Sends what orders ask for, and tries again what did not go out. */
export class EmailDelivery implements Process {
  readonly name = 'email-delivery';
  readonly concurrency = CONCURRENCY;

  constructor(
    readonly index: PendingDeliveriesIndex,
    private readonly sender: DeliverySender,
    private readonly ids: Ids,
  ) {}

  async run(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const context = systemContext(this.ids, this.name, this.name);
      await this.sender.advance(context, parseSend(key), Math.random());
    }
  }
}
