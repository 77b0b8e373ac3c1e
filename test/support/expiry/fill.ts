import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Package, Product } from '../../../src/contexts/catalog/index.js';
import { Lot, type LotEvent, reserveKey } from '../../../src/contexts/inventory/index.js';
import { holdFunds, Wallet } from '../../../src/contexts/wallets/index.js';
import { EmbeddedEventStore } from '../../../src/platform/event-store/embedded/embedded-event-store.js';
import { Sequencer } from '../../../src/platform/execution/sequencer.js';
import type { CommandContext, Transaction } from '../../../src/platform/execution/transaction.js';
import { isoTime } from '../../../src/platform/kernel/clock.js';
import { SystemIds } from '../../../src/platform/kernel/ids.js';
import { isRejection, type Rejection } from '../../../src/platform/kernel/rejection.js';
import { LmdbSnapshotStore } from '../../../src/platform/snapshots/embedded/lmdb-snapshot-store.js';
import { ManualClock } from '../manual-clock.js';
import { packageEvents, productEvents } from '../sale-world.js';

export const KEYS_PER_LOT = 1000;
const KEYS_PER_EVENT = 32;
/** Reservations of one decision, which is quicker than one by one: about what shares a record of a busy log. */
const TOGETHER = 100;
const PRODUCT = '01900000-0000-7000-8000-0000000000d2';
const PACKAGE = '01900000-0000-7000-8000-0000000000c2';

export interface Reservations {
  readonly count: number;
  /** Wallets that they are spread over. */
  readonly wallets: number;
  /** Their time, milliseconds; deadlines come after it. */
  readonly madeAtMs: number;
  /** The deadline of the n-th. */
  readonly deadlineMs: (place: number) => number;
}

/** Writes reservations into the log of a data directory that no server uses, by the deciders of a sale and the product's sequencer. */
export class Filler {
  private readonly clock = new ManualClock(Date.now());
  private readonly ids = new SystemIds();
  private readonly store: EmbeddedEventStore;
  private readonly snapshots: LmdbSnapshotStore;
  private readonly executor: Sequencer;

  constructor(
    dataDir: string,
    private lot: number,
  ) {
    const folder = (name: string): string => join(dataDir, name);
    for (const name of ['log', 'snapshots']) mkdirSync(folder(name), { recursive: true, mode: 0o700 });
    this.store = EmbeddedEventStore.open({ directory: folder('log') });
    this.snapshots = LmdbSnapshotStore.open(folder('snapshots'));
    const { store, snapshots, clock, ids } = this;
    this.executor = new Sequencer({ store, snapshots, clock, ids, namespace: 'kf' });
  }

  async openShop(): Promise<void> {
    await this.executor.run(this.context(), (tx) => {
      tx.append(Product, PRODUCT, productEvents());
      tx.append(Package, PACKAGE, packageEvents());
    });
  }

  /** @returns the number of the last lot */
  async fill({ count, wallets, madeAtMs, deadlineMs }: Reservations): Promise<number> {
    this.clock.nowMs = madeAtMs;
    const owners = Array.from({ length: wallets }, () => this.ids.uuid());
    for (let first = 0; first < count; first += KEYS_PER_LOT) {
      this.lot += 1;
      const lot = String(this.lot);
      const places = Array.from({ length: Math.min(KEYS_PER_LOT, count - first) }, (_, n) => first + n);
      const done: Promise<unknown>[] = [
        this.executor.run(this.context(), (tx) => tx.append(Lot, lot, lotEvents(places.length))),
      ];
      for (let place = 0; place < places.length; place += TOGETHER) {
        const together = places.slice(place, place + TOGETHER);
        // Neighbours in time are of different wallets, as customers would have it.
        const each = together.map((n) => ({ owner: owners[n % wallets]!, deadlineMs: deadlineMs(n) }));
        done.push(
          this.executor.run(this.context(), (tx) => {
            for (const one of each) this.reserve(tx, { lot, ...one });
          }),
        );
      }
      await Promise.all(done);
    }
    return this.lot;
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.snapshots.close();
  }

  private reserve(tx: Transaction, one: { lot: string; owner: string; deadlineMs: number }): void {
    const reservation = this.ids.uuid();
    const wallet = `${one.owner}.main.AZN`;
    const deadline = isoTime(one.deadlineMs);
    const about = { reservation, partner: one.owner, wallet, shown: true };
    const plan = {
      ...about,
      lot: Number(one.lot),
      lotRevision: -1,
      shownKeysTo: 'stock',
      sale: null,
    } as const;
    const held = holdFunds(tx.load(Wallet, wallet), {
      hold: { kind: 'reservation', key: `reservation:${reservation}` },
      ...{ amountMinor: 1000n, currency: 'AZN', floorMinor: null, deadline, reservation: plan },
    });
    tx.append(Wallet, wallet, accepted(held));
    const state = tx.load(Lot, one.lot);
    const reserved = reserveKey(state, {
      ...about,
      currency: 'AZN',
      deadline,
      nowMs: tx.nowMs,
      cooldownMs: 0,
    });
    tx.append(Lot, one.lot, accepted(reserved));
  }

  private context(): CommandContext {
    const id = this.ids.uuid();
    return {
      commandId: id,
      correlationId: id,
      actor: { kind: 'partner', id: 'filler' },
      surface: 'test',
    };
  }
}

function accepted<E>(decided: E[] | Rejection<string>): E[] {
  if (isRejection(decided)) throw new Error(decided.code);
  return decided;
}

function lotEvents(keys: number): LotEvent[] {
  const opened: LotEvent = {
    type: 'LotOpened',
    data: {
      ...{ package: PACKAGE, product: PRODUCT, supplier: PRODUCT, keys },
      ...{ unitCost: null, fingerprintRule: 'normalized-1' },
    },
  };
  const slots = Array.from({ length: keys }, (_, slot) => slot);
  const taken: LotEvent[] = [];
  for (let firstSlot = 0; firstSlot < keys; firstSlot += KEYS_PER_EVENT) {
    const some = slots.slice(firstSlot, firstSlot + KEYS_PER_EVENT).map((slot) => ({
      ...{ serial: null, expiresAt: null, fingerprint: `fingerprint-${slot}` },
    }));
    taken.push({ type: 'KeysTakenIn', data: { firstSlot, texts: 'sealed', keys: some } });
  }
  return [opened, ...taken];
}
