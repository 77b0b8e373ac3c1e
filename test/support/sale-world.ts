import { listProcesses } from '../../src/composition/processes.js';
import { Package, type PackageEvent, Product, type ProductEvent } from '../../src/contexts/catalog/index.js';
import { Lot, type LotEvent } from '../../src/contexts/inventory/index.js';
import { BuyKeyHandler } from '../../src/contexts/ordering/commands/buy-key.js';
import { CancelReservationHandler } from '../../src/contexts/ordering/commands/cancel-reservation.js';
import { ConfirmSaleHandler } from '../../src/contexts/ordering/commands/confirm-sale.js';
import { RefundOrderHandler } from '../../src/contexts/ordering/commands/refund-order.js';
import { ReplaceKeyHandler } from '../../src/contexts/ordering/commands/replace-key.js';
import { ReserveKeyHandler } from '../../src/contexts/ordering/commands/reserve-key.js';
import { SaleDesk } from '../../src/contexts/ordering/commands/sale-desk.js';
import {
  BuyKey,
  CancelReservation,
  ConfirmSale,
  RefundOrder,
  ReplaceKey,
  ReserveKey,
} from '../../src/contexts/ordering/index.js';
import type { KeyText } from '../../src/contexts/ordering/ports.js';
import { Partner, type PartnerEvent } from '../../src/contexts/partners/index.js';
import { AdjustBalanceHandler } from '../../src/contexts/wallets/commands/adjust-balance.js';
import { TopUpBalanceHandler } from '../../src/contexts/wallets/commands/top-up-balance.js';
import { AdjustBalance, TopUpBalance, Wallet } from '../../src/contexts/wallets/index.js';
import type { EventStore, MaybePromise, RecordedEvent } from '../../src/platform/event-store/event-store.js';
import { eventTimeMs } from '../../src/platform/execution/event-codec.js';
import { openExecutor } from '../../src/platform/execution/open-executor.js';
import type { CommandContext, Executor } from '../../src/platform/execution/transaction.js';
import { StoredIndexedEvent } from '../../src/platform/indexes/local-index.js';
import type { Aggregate, DomainEvent } from '../../src/platform/kernel/aggregate.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import type { Process } from '../../src/platform/processes/process.js';
import { NoSnapshots, type Snapshot, SnapshotStore } from '../../src/platform/snapshots/snapshot-store.js';
import { UnfinishedIndex } from '../../src/processes/recovery/unfinished.index.js';
import { OpenReservationIndex } from '../../src/processes/reservation-expiry/open-reservations.index.js';
import { MemoryKeep } from './index-keep.js';
import { ManualClock } from './manual-clock.js';
import { MemoryEventStore } from './memory-event-store.js';
import { type Gate, SequentialEventStore } from './sequential-event-store.js';

export const PARTNER = '01900000-0000-7000-8000-00000000000a';
export const OTHER_PARTNER = '01900000-0000-7000-8000-00000000000b';
export const PACKAGE = '01900000-0000-7000-8000-0000000000c1';
export const PRODUCT = '01900000-0000-7000-8000-0000000000d1';
export const SUPPLIER = '01900000-0000-7000-8000-0000000000e1';
export const PACKAGE_NUMBER = 101;
/** Price of every key, minor units of AZN. */
export const PRICE_MINOR = 1000n;
export const RESERVATION_TTL_MS = 600_000;
/** Hash of the one address that nothing may be sent to. */
const SUPPRESSED_HASH = 'suppressed';

export interface WorldOptions {
  /** Keys in each lot of the package. */
  readonly lots: readonly number[];
  /** Money in the partner's wallet, minor units; it is prepaid. */
  readonly fundsMinor: bigint;
  readonly commissionPercent?: string;
  readonly cooldownMs?: number;
  /** States that are loaded remember no operation: every look goes to the stream. */
  readonly forgetful?: boolean;
}

/** Answers every load with a snapshot of the whole stream: states come without the memory of any operation. */
class ForgetfulSnapshots extends SnapshotStore {
  constructor(private readonly world: () => SaleWorld) {
    super();
  }

  load(stream: string): Snapshot | null {
    const events = this.world().store.readStream(stream);
    const last = events.at(-1);
    if (!last) return null;
    const { category, id } = new StoredIndexedEvent(last, 'kf.'.length);
    const aggregate = [Wallet, Lot].find((known) => known.category === category);
    if (!aggregate?.snapshot) return null;
    const state = this.world().fold(aggregate as Aggregate<never, never>, id);
    const json: unknown = JSON.parse(JSON.stringify(aggregate.snapshot.encode(state)));
    return { revision: last.revision, event: last.id, lastAtMs: eventTimeMs(last), state: json };
  }
  save(): void {}
}

/** One store with a partner, a package and its keys, and any number of nodes that sell from it. */
export class SaleWorld {
  readonly store = new MemoryEventStore();
  readonly clock = new ManualClock(Date.parse('2026-03-01T12:00:00.000Z'));
  private readonly ids = new SystemIds(() => this.clock.now());
  private readonly snapshots: SnapshotStore;
  private orders = 0;
  /** What the index of stock learns when it catches up; it answers whether that was anything. */
  newStock: (() => boolean) | null = null;
  /** What reading a key's text answers. */
  readText = (lot: number, slot: number): MaybePromise<KeyText> => ({
    text: `KEY-${lot}-${slot}`,
    serial: null,
  });

  private constructor(private readonly options: WorldOptions) {
    this.snapshots = options.forgetful ? new ForgetfulSnapshots(() => this) : new NoSnapshots();
  }

  static async create(options: WorldOptions): Promise<SaleWorld> {
    const world = new SaleWorld(options);
    const executor = world.executorOn(world.store);
    await executor.run(world.context(), (tx) => {
      for (const id of [PARTNER, OTHER_PARTNER]) tx.append(Partner, id, partnerEvents(options));
      tx.append(Product, PRODUCT, productEvents());
      tx.append(Package, PACKAGE, packageEvents());
    });
    for (const [index, keys] of options.lots.entries()) {
      await executor.run(world.context(), (tx) => tx.append(Lot, String(index + 1), lotEvents(keys)));
    }
    for (const ownerId of [PARTNER, OTHER_PARTNER]) {
      if (options.fundsMinor > 0n) await world.node().topUp('start', options.fundsMinor, ownerId);
    }
    return world;
  }

  context(): CommandContext {
    const commandId = this.ids.uuid();
    return {
      commandId,
      correlationId: commandId,
      actor: { kind: 'partner', id: PARTNER },
      surface: 'test',
    };
  }

  /** A process of its own: own executor and caches, over a store that goes entry by entry and passes the gate. */
  node(gate?: Gate): SaleNode {
    return new SaleNode(this, new SequentialEventStore(this.store, gate));
  }

  executorOn(store: EventStore): Executor {
    return openExecutor({
      store,
      snapshots: this.snapshots,
      clock: this.clock,
      ids: this.ids,
      namespace: 'kf',
    });
  }

  /** Purchases over a store of any kind, from the candidates in their order. */
  buyerOn(store: EventStore, candidates: () => Iterable<number>) {
    const handler = new BuyKeyHandler(this.deskOn(this.executorOn(store), candidates));
    return (order: string) => handler.execute(this.buying(order, PARTNER));
  }

  buying(order: string, partnerId: string): BuyKey {
    return new BuyKey(this.context(), {
      partnerId,
      apiKeyId: null,
      package: PACKAGE_NUMBER,
      order,
      currency: 'AZN',
      email: null,
      language: 'en',
    });
  }

  reserving(partnerId: string): ReserveKey {
    const input = { partnerId, apiKeyId: null, package: PACKAGE_NUMBER, currency: 'AZN' as const };
    return new ReserveKey(this.context(), input);
  }

  /** `candidates`: the lots to try in their order; default: all. */
  deskOn(executor: Executor, candidates?: () => Iterable<number>): SaleDesk {
    const { lots, cooldownMs = 0 } = this.options;
    return new SaleDesk(
      executor,
      this.ids,
      { packageId: (publicId: number) => (publicId === PACKAGE_NUMBER ? PACKAGE : undefined) },
      {
        candidates: candidates ?? (() => lots.map((_, index) => index + 1)),
        overdue: (_packageId, at, earliestOf) =>
          lots.map((_, index) => index + 1).filter((lot) => (earliestOf(lot) ?? '9') <= at),
        catchUp: async () => this.newStock?.() ?? false,
      },
      { read: (lot: number, slot: number) => this.readText(lot, slot) },
      { seal: (_order: string, address: string) => ({ address: `sealed:${address.length}`, hash: 'h' }) },
      { next: () => ++this.orders, idForm: () => 'grouped' },
      { reservationTtlMs: RESERVATION_TTL_MS, cooldownMs },
      { isSuppressed: (_tx: unknown, hash: string) => hash === SUPPRESSED_HASH },
    );
  }

  /** Runs what is due, as the processes of a node would that reads the whole log now. */
  async runDueOn(executor: Executor): Promise<void> {
    const unfinished = new UnfinishedIndex();
    const reservations = new OpenReservationIndex();
    const keep = new MemoryKeep();
    for (const index of [reservations, unfinished]) {
      for (const event of this.store.events) {
        const seen = new StoredIndexedEvent(event, 3);
        if (index.categories.includes(seen.category)) index.apply(seen, keep);
      }
      index.afterBatch(keep);
    }
    const terms = { cooldownMs: this.options.cooldownMs ?? 0 };
    const pending = { unfinished, reservations, emailDelivery: null, webhookWarnings: null };
    const list = listProcesses({ executor, ids: this.ids, terms, ...pending });
    await Promise.all(
      list.flatMap((process) =>
        groupsOf(process, process.index.queue.takeDue(this.clock.now(), Number.POSITIVE_INFINITY)).map(
          (keys) => process.run(keys),
        ),
      ),
    );
  }

  get events(): readonly RecordedEvent[] {
    return this.store.events;
  }

  /** The folded state of one stream, from the store alone. */
  fold<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): S {
    const events = this.store.readStream(`kf.${aggregate.category}-${id}`);
    return events.reduce(
      (state, event) =>
        aggregate.evolve(
          state,
          { type: event.type, data: JSON.parse(event.data.toString()) } as unknown as E,
          event,
        ),
      aggregate.initial,
    );
  }
}

/** One process that sells. */
export class SaleNode {
  readonly executor: Executor;
  private readonly desk: SaleDesk;

  constructor(
    private readonly world: SaleWorld,
    readonly store: SequentialEventStore,
  ) {
    this.executor = world.executorOn(store);
    this.desk = world.deskOn(this.executor);
  }

  buy(order: string, partnerId = PARTNER) {
    return new BuyKeyHandler(this.desk).execute(this.world.buying(order, partnerId));
  }

  reserve(partnerId = PARTNER) {
    return new ReserveKeyHandler(this.desk).execute(this.world.reserving(partnerId));
  }

  confirm(keyNumber: string, order: string, partnerId = PARTNER) {
    return new ConfirmSaleHandler(this.desk).execute(
      new ConfirmSale(this.world.context(), {
        partnerId,
        apiKeyId: null,
        keyNumber,
        order,
        currencies: [],
        email: null,
        language: 'en',
      }),
    );
  }

  cancel(keyNumber: string, partnerId = PARTNER) {
    return new CancelReservationHandler(this.desk).execute(
      new CancelReservation(this.world.context(), { partnerId, keyNumber }),
    );
  }

  refund(orderId: string, kind: 'refund' | 'annulment') {
    return new RefundOrderHandler(this.desk).execute(
      new RefundOrder(this.world.context(), { orderId, kind, reason: 'test' }),
    );
  }

  replace(orderId: string, keyNumber: string | null = null) {
    return new ReplaceKeyHandler(this.desk).execute(
      new ReplaceKey(this.world.context(), { orderId, keyNumber }),
    );
  }

  adjust(reference: string, amountMinor: bigint) {
    const input = { ownerId: PARTNER, currency: 'AZN' as const, amountMinor, reference, reason: 'sealed' };
    return new AdjustBalanceHandler(this.executor).execute(new AdjustBalance(this.world.context(), input));
  }

  topUp(reference: string, amountMinor: bigint, ownerId = PARTNER) {
    return new TopUpBalanceHandler(this.executor).execute(
      new TopUpBalance(this.world.context(), {
        ownerId,
        purpose: 'main',
        currency: 'AZN',
        amountMinor,
        reference,
        comment: null,
      }),
    );
  }

  /** Recovery of everything that is due now, as this node would do it. */
  recover(): Promise<void> {
    return this.world.runDueOn(this.executor);
  }
}

/** As a runner would put them together, but without its limit. */
function groupsOf({ together }: Process, keys: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const group = together?.groupOf(key) ?? key;
    groups.set(group, [...(groups.get(group) ?? []), key]);
  }
  return [...groups.values()];
}

function partnerEvents(options: WorldOptions): PartnerEvent[] {
  return [
    {
      type: 'PartnerRegistered',
      data: {
        planId: 'plan',
        publicId: 1,
        name: 'Kiosk',
        login: 'kiosk',
        status: 'active',
        email: null,
        phone: null,
        referrerId: null,
        logoUrl: null,
        supportEmail: null,
        managerId: null,
        billingMode: 'prepaid',
        creditLimit: null,
        defaultCurrency: 'AZN',
        allowedCurrencies: ['AZN'],
        revealOn: 'reserve',
        maxOpenReservations: 10_000,
      },
    },
    {
      type: 'PartnerPricingChanged',
      data: { markupPercent: '0', commissionPercent: options.commissionPercent ?? '0' },
    },
  ];
}

export function productEvents(): ProductEvent[] {
  return [
    {
      type: 'ProductCreated',
      data: {
        publicId: 42,
        names: { en: 'Game', ru: null, az: null },
        supplierId: SUPPLIER,
        categoryId: null,
        status: 'active',
        position: null,
        imageUrl: null,
        thumbnailUrl: null,
        instructions: { en: null, ru: null, az: null },
        keyFormat: 'normalized',
      },
    },
  ];
}

export function packageEvents(): PackageEvent[] {
  return [
    {
      type: 'PackageCreated',
      data: {
        publicId: PACKAGE_NUMBER,
        productId: PRODUCT,
        supplierId: SUPPLIER,
        names: { en: 'Game key', ru: null, az: null },
        cost: null,
        fulfilment: 'stock',
        releasePolicy: 'stock',
        position: null,
        basePrice: { amount: PRICE_MINOR.toString(), currency: 'AZN' },
        explicitPrices: {},
        status: 'active',
        hold: false,
      },
    },
  ];
}

function lotEvents(keys: number): LotEvent[] {
  return [
    {
      type: 'LotOpened',
      data: {
        package: PACKAGE,
        product: PRODUCT,
        supplier: SUPPLIER,
        keys,
        unitCost: null,
        fingerprintRule: 'normalized-1',
      },
    },
    {
      type: 'KeysTakenIn',
      data: {
        firstSlot: 0,
        texts: 'sealed',
        keys: Array.from({ length: keys }, (_, slot) => ({
          serial: null,
          expiresAt: null,
          fingerprint: `fingerprint-${slot}`,
        })),
      },
    },
  ];
}
