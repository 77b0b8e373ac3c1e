import type { IntakeEvent } from '../../../../src/contexts/inventory/events/intake.events.js';
import type { LotEvent } from '../../../../src/contexts/inventory/events/lot.events.js';
import { unreachable } from '../../../../src/platform/kernel/unreachable.js';
import type { Findings } from './findings.js';
import type { LogEvent } from './log-event.js';
import { StepHistory } from './step-history.js';

/** One time that a key was reserved. */
export interface SeenReservation {
  readonly id: string;
  readonly partner: string;
  /** As shown to the partner. */
  readonly keyNumber: number;
  readonly key: SeenKey;
  readonly fromMs: number;
  readonly deadlineMs: number;
  /** When it ended; null while it is open. */
  untilMs: number | null;
  end: 'open' | 'cancelled' | 'expired' | 'sold';
}

export interface SeenSale {
  readonly order: string;
  readonly attempt: number;
  readonly unit: number;
  readonly partner: string;
  readonly reservation: string | null;
}

/** A key as the log tells it. */
export interface SeenKey {
  readonly lot: number;
  readonly slot: number;
  readonly package: string;
  readonly serial: string | null;
  status: 'free' | 'reserved' | 'sold' | 'retired' | 'quarantined';
  readonly reservations: SeenReservation[];
  sale: SeenSale | null;
}

/** A key became free, or no longer is. */
export interface StockChange {
  readonly key: SeenKey;
  readonly by: 1n | -1n;
  /** When it was decided. */
  readonly atMs: number;
  /** The reservation whose end set the key free; null: it was taken in. */
  readonly reservation: SeenReservation | null;
}

const ONE_STATE = 'every key is in one state at a time, and moves only as it may';
const ONE_SALE = 'no key is sold twice';
const ONE_KEY = 'no attempt of an order gets two keys for one unit';
const BARRED = 'a lot never sells to an attempt that it refused';
const UNIQUE = 'no key text is in stock twice';
const LOTS = 'every announced lot was filled or voided';

const KEYS_PER_LOT = 1000;
const RESERVATION_STRIDE = 1_000_000_000_000;

/** Folds what the lots say, trusting nothing: each event must fit what came before it. */
export class StockLedger {
  /** By lot and slot. */
  readonly keys = new Map<number, SeenKey>();
  readonly reservations = new Map<string, SeenReservation>();
  readonly reservationsByNumber = new Map<number, SeenReservation>();
  readonly bySerial = new Map<string, SeenKey>();
  /** `order:attempt` → the key sold to it. */
  readonly sales = new Map<string, SeenKey>();
  /** Reservations that a lot refused. */
  readonly refused = new Set<string>();
  /** Package → free keys over time. */
  readonly free = new Map<string, StepHistory>();
  readonly changes: StockChange[] = [];
  private readonly packages = new Map<string, string>();
  private readonly barred = new Set<string>();
  private readonly fingerprints = new Set<string>();
  private readonly announced = new Set<number>();

  constructor(private readonly findings: Findings) {
    for (const invariant of [ONE_STATE, ONE_SALE, ONE_KEY, UNIQUE, LOTS]) findings.declare(invariant);
  }

  apply(event: LogEvent): void {
    if (event.category === 'intake') this.announced.add((event as unknown as IntakeEvent).data.lot);
    if (event.category === 'lot') this.applyToLot(Number(event.id), event as unknown as LotEvent, event);
  }

  finish(): void {
    for (const lot of this.announced) {
      this.findings.check(LOTS, this.packages.has(`${lot}`), () => `lot ${lot}`);
    }
  }

  /** The key that a number shown outside belongs to, whichever of its reservations is meant. */
  keyOf(keyNumber: number): SeenKey | undefined {
    return this.keys.get(keyNumber % RESERVATION_STRIDE);
  }

  private applyToLot(lot: number, event: LotEvent, { atMs }: LogEvent): void {
    switch (event.type) {
      case 'LotOpened':
        this.packages.set(`${lot}`, event.data.package);
        return;
      case 'LotVoided':
        this.packages.set(`${lot}`, '');
        return;
      case 'KeysTakenIn':
        for (const [index, taken] of event.data.keys.entries()) {
          const slot = event.data.firstSlot + index;
          this.takeIn(lot, slot, taken.serial, taken.fingerprint, atMs);
        }
        return;
      case 'KeyReserved':
        this.reserve(this.key(lot, event.data.slot), event.data, atMs);
        return;
      case 'ReservationCancelled':
      case 'ReservationExpired': {
        const end = event.type === 'ReservationCancelled' ? 'cancelled' : 'expired';
        const key = this.key(lot, event.data.slot);
        this.endReservation(key, event.data.reservation, end, atMs);
        this.move(key, ['reserved'], event.data.to === 'stock' ? 'free' : 'quarantined', atMs);
        return;
      }
      case 'KeySold':
        this.sell(this.key(lot, event.data.slot), event.data, atMs);
        return;
      case 'SaleRefused':
        this.barred.add(`${lot}:${event.data.order}:${event.data.attempt}`);
        return;
      case 'ReservationRefused':
        this.refused.add(event.data.reservation);
        return;
      case 'KeyQuarantined':
        this.move(this.key(lot, event.data.slot), ['free', 'sold'], 'quarantined', atMs);
        return;
      case 'KeyRetired':
        this.move(this.key(lot, event.data.slot), ['free', 'quarantined'], 'retired', atMs);
        return;
      case 'KeyReleased':
        this.move(this.key(lot, event.data.slot), ['quarantined'], 'free', atMs);
        return;
      case 'KeyChanged':
      case 'KeyRevealed':
        return;
      default:
        unreachable(event);
    }
  }

  private key(lot: number, slot: number): SeenKey {
    const key = this.keys.get(lot * KEYS_PER_LOT + slot);
    if (!key) throw new Error(`lot ${lot} has an event about slot ${slot}, which was never filled`);
    return key;
  }

  private takeIn(lot: number, slot: number, serial: string | null, fingerprint: string, atMs: number): void {
    const id = lot * KEYS_PER_LOT + slot;
    const place = this.packages.get(`${lot}`) ?? '';
    const key: SeenKey = { lot, slot, package: place, serial, status: 'free', reservations: [], sale: null };
    this.findings.check(ONE_STATE, !this.keys.has(id), () => `key ${id} was taken in twice`);
    this.findings.check(UNIQUE, !this.fingerprints.has(fingerprint), () => `key ${id}, serial ${serial}`);
    this.fingerprints.add(fingerprint);
    this.keys.set(id, key);
    if (serial !== null) this.bySerial.set(serial, key);
    this.changeFree(key, 1n, atMs, null);
  }

  private move(key: SeenKey, from: readonly SeenKey['status'][], to: SeenKey['status'], atMs: number): void {
    const was = key.status;
    this.findings.check(
      ONE_STATE,
      from.includes(was),
      () => `lot ${key.lot} slot ${key.slot} went from ${was} to ${to}`,
    );
    key.status = to;
    if (was === 'free') this.changeFree(key, -1n, atMs, null);
    if (to === 'free') this.changeFree(key, 1n, atMs, key.reservations.at(-1) ?? null);
  }

  private changeFree(key: SeenKey, by: 1n | -1n, atMs: number, reservation: SeenReservation | null): void {
    this.changes.push({ key, by, atMs, reservation });
    let history = this.free.get(key.package);
    if (!history) {
      history = new StepHistory(0n);
      this.free.set(key.package, history);
    }
    history.record(atMs, history.last + by);
  }

  private reserve(
    key: SeenKey,
    data: Extract<LotEvent, { type: 'KeyReserved' }>['data'],
    atMs: number,
  ): void {
    const { ordinal, reservation, partner, deadline } = data;
    const expected = key.reservations.length;
    this.findings.check(
      ONE_STATE,
      ordinal === expected && !this.reservations.has(reservation),
      () => `lot ${key.lot} slot ${key.slot}: reservation ${ordinal} where ${expected} was next`,
    );
    const seen: SeenReservation = {
      id: reservation,
      partner,
      keyNumber: ordinal * RESERVATION_STRIDE + key.lot * KEYS_PER_LOT + key.slot,
      key,
      fromMs: atMs,
      deadlineMs: Date.parse(deadline),
      untilMs: null,
      end: 'open',
    };
    key.reservations.push(seen);
    this.reservations.set(reservation, seen);
    this.reservationsByNumber.set(seen.keyNumber, seen);
    this.move(key, ['free'], 'reserved', atMs);
  }

  private endReservation(key: SeenKey, id: string, end: SeenReservation['end'], atMs: number): void {
    const seen = key.reservations.at(-1);
    this.findings.check(
      ONE_STATE,
      seen?.id === id && seen.end === 'open',
      () => `lot ${key.lot} slot ${key.slot}: reservation ${id} ended (${end}) without being open`,
    );
    if (!seen) return;
    seen.end = end;
    seen.untilMs = atMs;
  }

  private sell(key: SeenKey, data: Extract<LotEvent, { type: 'KeySold' }>['data'], atMs: number): void {
    const { order, attempt, unit, partner, reservation = null } = data;
    const where = `lot ${key.lot} slot ${key.slot}`;
    const operation = `${order}:${attempt}`;
    this.findings.check(ONE_SALE, key.sale === null, () => `${where}: ${key.sale?.order} and ${order}`);
    this.findings.check(ONE_KEY, !this.sales.has(operation), () => `${operation}: again ${where}`);
    this.findings.check(BARRED, !this.barred.has(`${key.lot}:${operation}`), () => `${operation}: ${where}`);
    if (reservation !== null) this.endReservation(key, reservation, 'sold', atMs);
    this.move(key, [reservation === null ? 'free' : 'reserved'], 'sold', atMs);
    key.sale = { order, attempt, unit, partner, reservation };
    this.sales.set(operation, key);
  }
}
