import { keyId } from '../domain/key-number.js';
import { isCool } from '../domain/lot.decider.js';
import { KEYS_PER_LOT, LOTS_PER_LOOK } from '../limits.js';
import { type LotStock, NEVER, NO_DEADLINE, SLOT } from './lot-stock.js';

/** Counts of free keys by expiry, and how many of them have not expired at a moment. */
class FreeKeys {
  private readonly byExpiry = new Map<number, number>();
  private total = 0;
  private expired = 0;
  /** `expired` holds for every moment from the first to before the second. */
  private validFromMs = 0;
  private validUntilMs = 0;

  change(expiresAtMs: number, by: 1 | -1): void {
    this.total += by;
    if (expiresAtMs === NEVER) return;
    const before = this.byExpiry.get(expiresAtMs);
    if (before === undefined) this.validUntilMs = 0;
    if (before === 1 && by === -1) this.byExpiry.delete(expiresAtMs);
    else this.byExpiry.set(expiresAtMs, (before ?? 0) + by);
    if (before !== undefined && expiresAtMs <= this.validFromMs) this.expired += by;
  }

  unexpired(nowMs: number): number {
    if (nowMs < this.validFromMs || nowMs >= this.validUntilMs) this.recount(nowMs);
    return this.total - this.expired;
  }

  private recount(nowMs: number): void {
    this.expired = 0;
    this.validFromMs = 0;
    this.validUntilMs = NEVER;
    for (const [expiresAtMs, keys] of this.byExpiry) {
      if (expiresAtMs <= nowMs) {
        this.expired += keys;
        this.validFromMs = Math.max(this.validFromMs, expiresAtMs);
      } else {
        this.validUntilMs = Math.min(this.validUntilMs, expiresAtMs);
      }
    }
  }
}

/**
 * One package's stock: counts, and its lots in the order in which they are offered.
 *
 * Lots with fresh keys are listed by their earliest expiry that has not come, then number. What time passes
 * by is taken off the lists as it is met, so that a look-up does not wade through expired stock; a clock that
 * goes back builds them anew.
 */
export class PackageStock {
  reserved = 0;
  private readonly free = new FreeKeys();
  private readonly lots = new Map<number, LotStock>();
  private readonly fresh: LotStock[] = [];
  /** Key id → expiry of the returned keys, in the order of their return. */
  private returned = new Map<number, number>();
  /** The same in all, expired ones included: key id → its place in the order. */
  private readonly returnOrder = new Map<number, number>();
  /** And when each came back. */
  private readonly returnedAtMs = new Map<number, number>();
  /** The lists show what has not expired at this moment. */
  private listedForMs = 0;
  /** The latest expiry that was taken off the lists. */
  private passedMs = 0;
  /** The earliest of the lots' `dueFrom`, or one before it. */
  private dueFrom = NO_DEADLINE;

  available(nowMs: number): number {
    return this.free.unexpired(nowMs);
  }

  /** Whether a key could be sold at a moment. One that came back is not offered for a while. */
  isOffered(nowMs: number, cooldownMs: number): boolean {
    if (cooldownMs === 0) return this.available(nowMs) > 0;
    this.listFor(nowMs);
    if (this.fresh.length > 0) return true;
    for (const [id, expiresAtMs] of this.returned) {
      // Those behind it came back later.
      if (expiresAtMs > nowMs) return isCool(this.returnedAtMs.get(id)!, { nowMs, cooldownMs });
    }
    return false;
  }

  addLot(lot: LotStock): void {
    this.lots.set(lot.number, lot);
  }

  /** A key of the lot came in (`+1`), or left the free stock. */
  changeFree(expiresAtMs: number, by: 1 | -1): void {
    this.free.change(expiresAtMs, by);
  }

  /** Forgets a lot without a key left. */
  dropLot(lot: LotStock): void {
    this.unlist(lot);
    this.lots.delete(lot.number);
  }

  putReturned(lot: LotStock, slot: number, order: number, atMs: number): void {
    const id = keyId(lot.number, slot);
    this.returnOrder.set(id, order);
    this.returnedAtMs.set(id, atMs);
    this.listReturned(id, lot.expiryOf(slot));
  }

  takeReturned(lot: LotStock, slot: number): void {
    const id = keyId(lot.number, slot);
    this.returned.delete(id);
    this.returnOrder.delete(id);
    this.returnedAtMs.delete(id);
  }

  /** Puts a lot where its earliest fresh key belongs. */
  relist(lot: LotStock): void {
    const expiresAtMs = lot.earliestFresh(this.listedForMs, this.pass);
    if (expiresAtMs === lot.listedUnder) return;
    this.unlist(lot);
    if (expiresAtMs === null) return;
    lot.listedUnder = expiresAtMs;
    this.fresh.splice(this.placeOf(lot), 0, lot);
  }

  /** A reservation of the lot ends at a time, UTC ISO. */
  expect(lot: LotStock, deadline: string): void {
    if (deadline < lot.dueFrom) lot.dueFrom = deadline;
    if (deadline < this.dueFrom) this.dueFrom = deadline;
  }

  /**
   * Lot numbers with a reservation whose deadline has come, as `earliestOf` answers (null: none is open). It is asked about lots
   * that may have one, no more than a few in each call: what it said is remembered.
   */
  *overdue(at: string, earliestOf: (lot: number) => string | null): Generator<number> {
    if (this.dueFrom > at) return;
    let asked = 0;
    let next = NO_DEADLINE;
    for (const lot of this.lots.values()) {
      if (lot.dueFrom <= at) {
        asked += 1;
        if (asked > LOTS_PER_LOOK) return;
        lot.dueFrom = earliestOf(lot.number) ?? NO_DEADLINE;
        if (lot.dueFrom <= at) yield lot.number;
      }
      if (lot.dueFrom < next) next = lot.dueFrom;
    }
    this.dueFrom = next;
  }

  /** Lot numbers in the order to try. */
  *candidates(nowMs: number): Generator<number> {
    this.listFor(nowMs);
    for (const lot of this.fresh) yield lot.number;
    const seen = new Set<number>();
    for (const [id, expiresAtMs] of this.returned) {
      if (expiresAtMs <= nowMs) {
        this.pass(expiresAtMs);
        this.returned.delete(id);
        continue;
      }
      const number = Math.floor(id / KEYS_PER_LOT);
      if (seen.has(number) || this.lots.get(number)?.listedUnder != null) continue;
      seen.add(number);
      yield number;
    }
  }

  /** Brings the order of returned keys back after a restart. */
  restoreReturned(): void {
    this.returned = new Map();
    const inOrder = [...this.returnOrder].sort((a, b) => a[1] - b[1]);
    for (const [id] of inOrder) {
      const lot = this.lots.get(Math.floor(id / KEYS_PER_LOT));
      const slot = id % KEYS_PER_LOT;
      if (lot?.place(slot) === SLOT.returned) this.listReturned(id, lot.expiryOf(slot));
    }
  }

  private listFor(nowMs: number): void {
    if (nowMs < this.listedForMs && this.passedMs > nowMs) {
      this.listedForMs = nowMs;
      this.passedMs = 0;
      for (const lot of this.lots.values()) this.relist(lot);
      this.restoreReturned();
      return;
    }
    if (nowMs <= this.listedForMs) return;
    this.listedForMs = nowMs;
    for (let head = this.fresh[0]; head && head.listedUnder! <= nowMs; head = this.fresh[0])
      this.relist(head);
  }

  private readonly pass = (expiresAtMs: number): void => {
    if (expiresAtMs > this.passedMs) this.passedMs = expiresAtMs;
  };

  private listReturned(id: number, expiresAtMs: number): void {
    this.returned.delete(id);
    this.returned.set(id, expiresAtMs);
  }

  private unlist(lot: LotStock): void {
    if (lot.listedUnder === null) return;
    const place = this.placeOf(lot);
    if (place === 0) this.fresh.shift();
    else this.fresh.splice(place, 1);
    lot.listedUnder = null;
  }

  /** Where the lot stands, or belongs, in the order of fresh lots. */
  private placeOf(lot: LotStock): number {
    let low = 0;
    let high = this.fresh.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.fresh[middle]!;
      const before =
        other.listedUnder! < lot.listedUnder! ||
        (other.listedUnder === lot.listedUnder && other.number < lot.number);
      if (before) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
