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
const orderKey = (order: string): string => `o|${order}`;

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
        this.end(event.id, keep);
        this.begin(event.id, (event.data as Body<'DeliveryRequested'>).recipient.hash, keep);
        return;
      case 'DeliverySent': {
        const { providerId, send } = event.data as Body<'DeliverySent'>;
        if (providerId !== null) keep.put(messageKey(providerId), { order: event.id, send });
        this.end(event.id, keep);
        return;
      }
      case 'DeliveryFailed':
      case 'DeliverySuppressed':
      case 'DeliveryErased':
        this.end(event.id, keep);
        return;
      case 'DeliveryAttemptFailed':
      case 'DeliveryReported':
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

  /** Orders with something still to be sent to the customer. */
  waitingFor(hash: string): readonly string[] {
    return (this.keep?.get(customerKey(hash)) as readonly string[] | undefined) ?? [];
  }

  private begin(order: string, hash: string, keep: IndexKeep): void {
    const waiting = (keep.get(customerKey(hash)) as readonly string[] | undefined) ?? [];
    keep.put(customerKey(hash), [...waiting, order]);
    keep.put(orderKey(order), hash);
    this.count(1, keep);
  }

  private end(order: string, keep: IndexKeep): void {
    const hash = keep.get(orderKey(order)) as string | undefined;
    if (hash === undefined) return;
    const waiting = (keep.get(customerKey(hash)) as readonly string[] | undefined) ?? [];
    const left = waiting.filter((one) => one !== order);
    if (left.length > 0) keep.put(customerKey(hash), left);
    else keep.delete(customerKey(hash));
    keep.delete(orderKey(order));
    this.count(-1, keep);
  }

  private count(by: number, keep: IndexKeep): void {
    keep.put(WAITING, ((keep.get(WAITING) as number | undefined) ?? 0) + by);
  }
}
