import { Injectable } from '@nestjs/common';
import type { IndexedEvent, IndexKeep, LocalIndex } from '../../platform/indexes/local-index.js';
import type { DeliveryEvent } from './events/delivery.events.js';

type Body<Type extends DeliveryEvent['type']> = Extract<DeliveryEvent, { type: Type }>['data'];

/** A send, named from outside. */
export interface SendName {
  readonly order: string;
  readonly send: number;
}

const messageKey = (providerId: string): string => `m|${providerId}`;
const customerKey = (hash: string): string => `c|${hash}`;
const WAITING = 'n';
const sendKey = ({ order, send }: SendName): string => `s|${order}.${send}`;

/** Which send a provider's message is, and which orders still wait to be sent to a customer. */
@Injectable()
export class DeliveryIndex implements LocalIndex {
  readonly name = 'deliveries';
  readonly version = 1;
  readonly categories = ['delivery'];
  readonly inMemory = false;
  private keep: IndexKeep | null = null;

  attach(keep: IndexKeep): void {
    this.keep = keep;
  }

  restore(): void {}

  apply(event: IndexedEvent, keep: IndexKeep): void {
    switch (event.type as DeliveryEvent['type']) {
      case 'DeliveryRequested':
        this.begin(event.id, event.data as Body<'DeliveryRequested'>, keep);
        return;
      case 'DeliverySent': {
        const { providerId, send } = event.data as Body<'DeliverySent'>;
        if (providerId !== null) keep.put(messageKey(providerId), { order: event.id, send });
        this.end({ order: event.id, send }, keep);
        return;
      }
      case 'DeliveryFailed':
      case 'DeliverySuppressed':
      case 'DeliveryErased':
      case 'DeliveryReported':
        this.end({ order: event.id, send: (event.data as Body<'DeliveryFailed'>).send }, keep);
        return;
      case 'DeliveryAttemptFailed':
        return;
    }
  }

  /** The send that the provider calls so. */
  sendOf(providerId: string): SendName | undefined {
    return this.keep?.get(messageKey(providerId)) as SendName | undefined;
  }

  /** Whether anything is still to be sent, or waits for the answer of its send. */
  get hasWaiting(): boolean {
    return ((this.keep?.get(WAITING) as number | undefined) ?? 0) > 0;
  }

  /** What is still to be sent to the customer. */
  waitingFor(hash: string): readonly SendName[] {
    return (this.keep?.get(customerKey(hash)) as readonly SendName[] | undefined) ?? [];
  }

  private begin(
    order: string,
    { send, recipient: { hash } }: Body<'DeliveryRequested'>,
    keep: IndexKeep,
  ): void {
    const waiting = (keep.get(customerKey(hash)) as readonly SendName[] | undefined) ?? [];
    keep.put(customerKey(hash), [...waiting, { order, send }]);
    keep.put(sendKey({ order, send }), hash);
    this.count(1, keep);
  }

  private end(name: SendName, keep: IndexKeep): void {
    const hash = keep.get(sendKey(name)) as string | undefined;
    if (hash === undefined) return;
    const waiting = (keep.get(customerKey(hash)) as readonly SendName[] | undefined) ?? [];
    const left = waiting.filter(({ order, send }) => order !== name.order || send !== name.send);
    if (left.length > 0) keep.put(customerKey(hash), left);
    else keep.delete(customerKey(hash));
    keep.delete(sendKey(name));
    this.count(-1, keep);
  }

  private count(by: number, keep: IndexKeep): void {
    keep.put(WAITING, ((keep.get(WAITING) as number | undefined) ?? 0) + by);
  }
}
