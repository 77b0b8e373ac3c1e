import * as decide from '../../src/contexts/inventory/domain/lot.decider.js';
import { Lot, type LotState } from '../../src/contexts/inventory/domain/lot.js';
import type { LotEvent } from '../../src/contexts/inventory/events/lot.events.js';
import { StockIndex } from '../../src/contexts/inventory/indexes/stock-index.js';
import { Clock } from '../../src/platform/kernel/clock.js';
import { isRejection, type Rejection } from '../../src/platform/kernel/rejection.js';
import { indexEvent, MemoryKeep } from './index-keep.js';
import { iso } from './lot-history.js';

class TestClock extends Clock {
  ms = 1000;
  now(): number {
    return this.ms;
  }
}

const opened = (packageId: string, expiries: (number | null)[]): LotEvent[] => [
  {
    type: 'LotOpened',
    data: {
      package: packageId,
      product: 'product',
      supplier: 'supplier',
      keys: expiries.length,
      unitCost: null,
      fingerprintRule: 'v1/normalized',
    },
  },
  {
    type: 'KeysTakenIn',
    data: {
      firstSlot: 0,
      keys: expiries.map((ms, slot) => ({
        text: '',
        serial: null,
        expiresAt: ms === null ? null : iso(ms),
        fingerprint: `${slot}`,
      })),
    },
  },
];

/** Lots decided by the real deciders, with the index fed from their events. */
export class StockWorld {
  readonly clock = new TestClock();
  readonly keep = new MemoryKeep();
  readonly index = new StockIndex(this.clock);
  readonly lots = new Map<number, LotState>();
  private readonly revisions = new Map<number, number>();
  position = 0;
  lastEventMs = 0;

  open(lot: number, packageId: string, ...expiries: (number | null)[]): void {
    this.lots.set(lot, Lot.initial);
    this.record(lot, opened(packageId, expiries));
  }

  record(lot: number, events: readonly LotEvent[]): void {
    this.lastEventMs = this.clock.ms;
    for (const event of events) {
      const revision = (this.revisions.get(lot) ?? -1) + 1;
      this.revisions.set(lot, revision);
      this.lots.set(lot, Lot.evolve(this.lots.get(lot)!, event, { revision }));
      this.position += 1;
      this.index.apply(indexEvent('lot', lot, event, this.position, this.clock.ms), this.keep);
    }
  }

  reserve(lot: number, reservation: string): void {
    const decided = decide.reserveKey(this.lots.get(lot)!, {
      nowMs: this.clock.ms,
      cooldownMs: 0,
      reservation,
      partner: 'p',
      wallet: 'w',
      currency: 'AZN',
      deadline: iso(this.clock.ms + 10),
      shown: false,
    });
    if (!isRejection(decided)) this.record(lot, decided);
  }

  cancel(lot: number, reservation: string, shownKeysTo: 'stock' | 'quarantine' = 'stock'): void {
    const at = iso(this.clock.ms);
    const command = { reservation, at, shownKeysTo, command: 'c' };
    const decided = decide.cancelReservation(this.lots.get(lot)!, command);
    if (!isRejection(decided)) this.record(lot, decided);
  }

  sell(lot: number, order: string): void {
    const decided = decide.sellKey(this.lots.get(lot)!, {
      nowMs: this.clock.ms,
      cooldownMs: 0,
      order,
      attempt: 1,
      unit: 0,
      partner: 'p',
    });
    if (!isRejection(decided)) this.record(lot, decided);
  }

  handle(lot: number, decideKey: (state: LotState) => LotEvent[] | Rejection): void {
    const decided = decideKey(this.lots.get(lot)!);
    if (!isRejection(decided)) this.record(lot, decided);
  }

  /** The earliest deadline in a lot. */
  earliest(lot: number): string | null {
    const { open, slots } = this.lots.get(lot)!;
    const deadlines = open.values().map((slot) => slots.get(slot)!.reservation!.deadlineMs);
    return deadlines.length === 0 ? null : iso(Math.min(...deadlines));
  }

  /** Lots with an overdue reservation, and those that were asked for that. */
  overdue(index = this.index): { lots: number[]; asked: number[] } {
    const asked: number[] = [];
    const earliestOf = (lot: number) => {
      asked.push(lot);
      return this.earliest(lot);
    };
    return { lots: [...index.overdue('a', iso(this.clock.ms), earliestOf)], asked };
  }

  candidates(packageId = 'a', index = this.index): number[] {
    return [...index.candidates(packageId, this.clock.ms)];
  }

  restarted(): StockIndex {
    const index = new StockIndex(this.clock);
    index.restore(this.keep.entries);
    return index;
  }
}
