import type { DeliveryEvent, SendName } from '../../contexts/deliveries/index.js';
import type { IndexedEvent, IndexKeep } from '../../platform/indexes/local-index.js';
import { DueIndex } from '../../platform/processes/due-index.js';

type Body<Type extends DeliveryEvent['type']> = Extract<DeliveryEvent, { type: Type }>['data'];

/** The order's stream and the number of the send. */
const keyOf = ({ order, send }: SendName): string => `${order}.${send}`;

export function parseSend(key: string): SendName {
  const dot = key.lastIndexOf('.');
  return { order: key.slice(0, dot), send: Number(key.slice(dot + 1)) };
}

/** What is still to be sent, by the time of the next attempt. */
export class PendingDeliveriesIndex extends DueIndex {
  readonly name = 'pending-deliveries';
  readonly version = 1;
  readonly categories = ['order', 'delivery'];

  apply(event: IndexedEvent, keep: IndexKeep): void {
    const { id: order } = event;
    switch (event.type as DeliveryEvent['type'] | 'OrderDeliveryRequested') {
      case 'OrderDeliveryRequested':
        this.pend(keyOf({ order, send: 1 }), () => event.atMs);
        return;
      case 'DeliveryRequested': {
        // What the order itself asked for stands here already.
        const { cause, send } = event.data as Body<'DeliveryRequested'>;
        if (cause !== 'order') this.pend(keyOf({ order, send }), () => event.atMs);
        return;
      }
      case 'DeliveryAttemptFailed': {
        const { send, retryAt } = event.data as Body<'DeliveryAttemptFailed'>;
        this.pend(keyOf({ order, send }), () => Date.parse(retryAt));
        return;
      }
      case 'DeliverySent':
      case 'DeliveryFailed':
      case 'DeliverySuppressed':
      case 'DeliveryErased':
      case 'DeliveryReported':
        this.settle(keyOf({ order, send: (event.data as Body<'DeliverySent'>).send }), keep);
        return;
    }
  }
}
