import { Order, type OrderClaim, type OrderEvent } from '../../src/contexts/ordering/index.js';
import {
  CallbackAttempts,
  EndpointSecrets,
  NoticeBodies,
  NoticeIndex,
  NoticeStorage,
  Webhooks,
} from '../../src/contexts/webhooks/index.js';
import { parseCidr } from '../../src/platform/config/cidr.js';
import type { EventStore } from '../../src/platform/event-store/event-store.js';
import { Sequencer } from '../../src/platform/execution/sequencer.js';
import type { CommandContext } from '../../src/platform/execution/transaction.js';
import { OutboundHttp } from '../../src/platform/http/outbound/outbound-http.js';
import { IndexFollower } from '../../src/platform/indexes/index-follower.js';
import type { IndexStorage } from '../../src/platform/indexes/index-storage.js';
import { type Clock, isoTime } from '../../src/platform/kernel/clock.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import type { KeyStore } from '../../src/platform/key-store/key-store.js';
import { Vault } from '../../src/platform/security/vault.js';
import { NoSnapshots } from '../../src/platform/snapshots/snapshot-store.js';
import { Callbacks } from '../../src/processes/callbacks/callbacks.js';

export interface CallbackNodeOptions {
  readonly store: EventStore;
  readonly indexes: IndexStorage;
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const claimOf = (partner: string, reference: string): OrderClaim => ({
  ...{ attempt: 1, publicId: 1, partner, apiKey: null, reference, surface: 'test', language: 'en' },
  ...{ currency: 'AZN', wallet: `${partner}.main.AZN`, walletRevision: -1, floor: null, hold: 'h' },
  ...{ reservation: null, lines: [], email: null, deadline: '2027-01-01T00:00:00.000Z' },
});

/** The part of a worker that brings notices to endpoints, with everything that it rests on and no more. */
export class CallbackNode {
  readonly index: NoticeIndex;
  readonly callbacks: Callbacks;
  readonly errors: unknown[] = [];
  private readonly ids = new SystemIds();
  private readonly executor: Sequencer;
  private readonly secrets: EndpointSecrets;
  private readonly follower: IndexFollower;

  constructor(private readonly options: CallbackNodeOptions) {
    const { store, clock, indexes, keys, timeoutMs } = options;
    const { ids } = this;
    this.executor = new Sequencer({ store, snapshots: new NoSnapshots(), clock, ids, namespace: 'kf' });
    this.secrets = new EndpointSecrets(new Vault(keys), ids);
    const storage = new NoticeStorage();
    this.index = new NoticeIndex(storage);
    this.follower = new IndexFollower(store, indexes, 'kf', [this.index, storage]);
    const allowPrivate = [parseCidr('127.0.0.1/32')!];
    const outbound = new OutboundHttp({ allowHttp: true, allowPrivate, timeoutMs });
    const bodies = new NoticeBodies(store, 'kf');
    const attempts = new CallbackAttempts(this.executor, clock, ids, bodies, this.secrets, outbound);
    this.callbacks = new Callbacks({
      ...{ index: this.index, clock, attempt: (...work) => attempts.attempt(...work) },
      onDisabled: () => undefined,
      onError: (error) => this.errors.push(error),
    });
  }

  async start(): Promise<void> {
    await this.follower.start();
    this.callbacks.start();
  }

  async close(): Promise<void> {
    await this.callbacks.close();
    await this.follower.close();
  }

  /** The index has folded everything that is stored. */
  async settled(): Promise<void> {
    await this.follower.reached(await this.options.store.headPosition());
  }

  /** @returns the secret */
  async addEndpoint(partner: string, webhook: number, url: string): Promise<string> {
    const { clear, secret } = await this.secrets.make(partner);
    const eventTypes = ['order.confirmed', 'order.refunded'] as const;
    const data = { webhook, url, eventTypes, description: null, secret };
    await this.executor.run(this.context(), (tx) =>
      tx.append(Webhooks, partner, [{ type: 'WebhookCreated', data }]),
    );
    return clear;
  }

  /** As the log shows a sale, without money and goods. */
  async confirm(partner: string, reference: string): Promise<void> {
    const claimed: OrderEvent = { type: 'OrderClaimed', data: claimOf(partner, reference) };
    const sale = { partner, currency: 'AZN', confirmedAt: this.now(), units: [] } as const;
    const data = { attempt: 1, units: [], amount: '100', commission: '0', sale };
    await this.append(reference, [claimed, { type: 'OrderConfirmed', data }]);
  }

  async refund(partner: string, reference: string): Promise<void> {
    const sale = { partner, currency: 'AZN', confirmedAt: this.now(), units: [] } as const;
    await this.append(reference, [{ type: 'OrderRefunded', data: { amount: '100', sale } }]);
  }

  private now(): string {
    return isoTime(this.options.clock.now());
  }

  private async append(id: string, events: readonly OrderEvent[]): Promise<void> {
    await this.executor.run(this.context(), (tx) => tx.append(Order, id, events));
  }

  private context(): CommandContext {
    const commandId = this.ids.uuid();
    return { commandId, correlationId: commandId, actor: { kind: 'system', id: 'test' }, surface: 'test' };
  }
}
