import type { IndexedEvent, IndexKeep, LocalIndex } from '../../../platform/indexes/local-index.js';
import type { Clock } from '../../../platform/kernel/clock.js';
import { keyId } from '../domain/key-number.js';
import type { LotEvent } from '../events/lot.events.js';
import { KEYS_PER_LOT } from '../limits.js';
import { type KeptLot, LotStock, NEVER, SLOT } from './lot-stock.js';
import { PackageStock } from './package-stock.js';

/** A key's place in the order of return, and when it came back; the place alone in what builds before kept. */
type KeptReturn = readonly [order: number, atMs: number] | number;

/** Hears that a package ran out of keys (none available, none reserved), or has some again. */
export type StockListener = (packageId: string, inStock: boolean) => void;

/**
 * Which lots of a package have keys to sell. A hint: lots decide. In memory, a byte per key that is still in
 * stock; a lot without any is forgotten.
 *
 * Kept: `package-<id>`, and per lot `lot-<n>` (mostly written once), `places-<n>` (a digit per slot), and
 * `returned-<key id>`.
 */
export class StockIndex implements LocalIndex {
  readonly name = 'stock';
  readonly version = 2;
  readonly categories = ['lot'];
  private readonly packages = new Map<string, PackageStock>();
  private readonly lots = new Map<number, LotStock>();
  private readonly listeners = new Set<StockListener>();

  constructor(private readonly clock: Clock) {}

  /** Keys that could be sold now: free and not expired. */
  available(packageId: string): number {
    return this.packages.get(packageId)?.available(this.clock.now()) ?? 0;
  }

  /** Whether there is one that terminals may be shown: available, and not back for less than the cool-down. */
  isOffered(packageId: string, cooldownMs: number): boolean {
    return this.packages.get(packageId)?.isOffered(this.clock.now(), cooldownMs) ?? false;
  }

  reserved(packageId: string): number {
    return this.packages.get(packageId)?.reserved ?? 0;
  }

  /** Whether the package has keys that are available or reserved. */
  inStock(packageId: string): boolean {
    const stock = this.packages.get(packageId);
    return stock !== undefined && this.hasKeys(stock);
  }

  /**
   * Lot numbers in the order to try: fresh keys by earliest expiry, then number; then returned ones by
   * return.
   */
  candidates(packageId: string, nowMs: number): Iterable<number> {
    return this.packages.get(packageId)?.candidates(nowMs) ?? [];
  }

  /**
   * Lots in which a reservation is overdue at a moment (UTC ISO). `earliestOf` tells a lot's earliest deadline; it is asked
   * where the index does not rule one out.
   */
  overdue(packageId: string, at: string, earliestOf: (lot: number) => string | null): Iterable<number> {
    return this.packages.get(packageId)?.overdue(at, earliestOf) ?? [];
  }

  /** Every package that ever had a key. */
  packageIds(): Iterable<string> {
    return this.packages.keys();
  }

  /** Calls `listener` at each edge from now on, from within {@link apply}. */
  onEdge(listener: StockListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  restore(entries: Iterable<[string, unknown]>): void {
    const kept = new Map<number, KeptLot>();
    const places = new Map<number, string>();
    const returned: [id: number, kept: KeptReturn][] = [];
    for (const [key, value] of entries) {
      const dash = key.indexOf('-');
      const id = key.slice(dash + 1);
      const kind = key.slice(0, dash);
      if (kind === 'package') this.package(id);
      else if (kind === 'lot') kept.set(Number(id), value as KeptLot);
      else if (kind === 'places') places.set(Number(id), value as string);
      else if (kind === 'returned') returned.push([Number(id), value as KeptReturn]);
    }
    for (const [number, lot] of kept)
      this.restoreLot(LotStock.restore(number, lot, places.get(number) ?? ''));
    for (const [id, kept] of returned) {
      const lot = this.lots.get(Math.floor(id / KEYS_PER_LOT));
      const [order, atMs] = typeof kept === 'number' ? [kept, 0] : kept;
      if (lot) this.package(lot.packageId).putReturned(lot, id % KEYS_PER_LOT, order, atMs);
    }
    for (const stock of this.packages.values()) stock.restoreReturned();
  }

  apply(event: IndexedEvent, keep: IndexKeep): void {
    const number = Number(event.id);
    const change = { type: event.type, data: event.data } as LotEvent;
    if (change.type === 'LotOpened') {
      this.open(new LotStock(number, change.data.package, change.data.keys), keep);
      return;
    }
    const lot = this.lots.get(number);
    if (!lot) return;
    const stock = this.package(lot.packageId);
    const before = this.hasKeys(stock);
    this.change(stock, lot, change, event, keep);
    if (lot.complete && lot.left === 0) this.forget(stock, lot, keep);
    const after = this.hasKeys(stock);
    if (before !== after) for (const listener of this.listeners) listener(lot.packageId, after);
  }

  private change(
    stock: PackageStock,
    lot: LotStock,
    change: LotEvent,
    event: IndexedEvent,
    keep: IndexKeep,
  ): void {
    switch (change.type) {
      case 'KeysTakenIn':
        lot.takeIn(change.data.keys, (expiresAtMs) => stock.changeFree(expiresAtMs, 1));
        keep.put(`lot-${lot.number}`, lot.kept());
        stock.relist(lot);
        break;
      case 'KeyReserved':
        this.leave(stock, lot, change.data.slot, SLOT.reserved, keep);
        stock.expect(lot, change.data.deadline);
        break;
      case 'ReservationCancelled':
      case 'ReservationExpired':
        this.release(stock, lot, change.data, event, keep);
        break;
      case 'KeyQuarantined':
        this.leave(stock, lot, change.data.slot, SLOT.aside, keep);
        break;
      case 'KeySold':
      case 'KeyRetired':
        this.leave(stock, lot, change.data.slot, SLOT.gone, keep);
        break;
      case 'KeyReleased':
        this.putBack(stock, lot, change.data.slot, event, keep);
        break;
      case 'KeyChanged':
        if (change.data.expiresAt !== undefined)
          this.changeExpiry(stock, lot, change.data.slot, change.data.expiresAt, keep);
        break;
      default:
        return;
    }
    keep.put(`places-${lot.number}`, lot.keptPlaces());
  }

  /** A key leaves the free stock, or its reservation ends in a sale. */
  private leave(
    stock: PackageStock,
    lot: LotStock,
    slot: number,
    to: typeof SLOT.reserved | typeof SLOT.aside | typeof SLOT.gone,
    keep: IndexKeep,
  ): void {
    const from = lot.place(slot);
    if (from === SLOT.gone) return;
    const expiresAtMs = lot.move(slot, to);
    if (from === SLOT.aside) return;
    if (from === SLOT.reserved) {
      stock.reserved -= 1;
      return;
    }
    stock.changeFree(expiresAtMs, -1);
    if (to === SLOT.reserved) stock.reserved += 1;
    if (from === SLOT.fresh) {
      stock.relist(lot);
      return;
    }
    stock.takeReturned(lot, slot);
    keep.delete(`returned-${keyId(lot.number, slot)}`);
  }

  private release(
    stock: PackageStock,
    lot: LotStock,
    { slot, to }: { slot: number; to: 'stock' | 'quarantine' },
    event: IndexedEvent,
    keep: IndexKeep,
  ): void {
    if (to === 'quarantine') {
      this.leave(stock, lot, slot, SLOT.aside, keep);
      return;
    }
    stock.reserved -= 1;
    this.putBack(stock, lot, slot, event, keep);
  }

  private putBack(
    stock: PackageStock,
    lot: LotStock,
    slot: number,
    { position, atMs }: IndexedEvent,
    keep: IndexKeep,
  ): void {
    const order = Number(position);
    stock.changeFree(lot.move(slot, SLOT.returned), 1);
    stock.putReturned(lot, slot, order, atMs);
    keep.put(`returned-${keyId(lot.number, slot)}`, [order, atMs] satisfies KeptReturn);
  }

  private changeExpiry(
    stock: PackageStock,
    lot: LotStock,
    slot: number,
    expiresAt: string | null,
    keep: IndexKeep,
  ): void {
    const place = lot.place(slot);
    const expiresAtMs = expiresAt === null ? NEVER : Date.parse(expiresAt);
    if (place === SLOT.fresh || place === SLOT.returned) {
      stock.changeFree(lot.expiryOf(slot), -1);
      stock.changeFree(expiresAtMs, 1);
    }
    lot.setExpiry(slot, expiresAtMs);
    keep.put(`lot-${lot.number}`, lot.kept());
    stock.relist(lot);
    if (place === SLOT.returned) stock.restoreReturned();
  }

  private open(lot: LotStock, keep: IndexKeep): void {
    if (!this.packages.has(lot.packageId)) keep.put(`package-${lot.packageId}`, 1);
    this.lots.set(lot.number, lot);
    this.package(lot.packageId).addLot(lot);
    keep.put(`lot-${lot.number}`, lot.kept());
    keep.put(`places-${lot.number}`, lot.keptPlaces());
  }

  private restoreLot(lot: LotStock): void {
    const stock = this.package(lot.packageId);
    this.lots.set(lot.number, lot);
    stock.addLot(lot);
    for (const place of [SLOT.fresh, SLOT.returned] as const) {
      for (const [, expiresAtMs] of lot.slotsAt(place)) stock.changeFree(expiresAtMs, 1);
    }
    for (const _ of lot.slotsAt(SLOT.reserved)) {
      stock.reserved += 1;
      // When is not kept: the lot is asked the first time that somebody wants to know.
      stock.expect(lot, '');
    }
    stock.relist(lot);
  }

  private forget(stock: PackageStock, lot: LotStock, keep: IndexKeep): void {
    stock.dropLot(lot);
    this.lots.delete(lot.number);
    keep.delete(`lot-${lot.number}`);
    keep.delete(`places-${lot.number}`);
  }

  private hasKeys(stock: PackageStock): boolean {
    return stock.reserved > 0 || stock.available(this.clock.now()) > 0;
  }

  private package(packageId: string): PackageStock {
    let stock = this.packages.get(packageId);
    if (!stock) {
      stock = new PackageStock();
      this.packages.set(packageId, stock);
    }
    return stock;
  }
}
