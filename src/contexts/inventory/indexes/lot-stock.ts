import type { TakenKey } from '../events/lot.events.js';

/** Where a slot stands, as the digit that is kept for it; `aside`: in quarantine, from where it may come back. */
export const SLOT = { fresh: 48, returned: 49, reserved: 50, gone: 51, aside: 52 } as const;
export type SlotPlace = (typeof SLOT)[keyof typeof SLOT];

/** Keys without expiry, in the order of expiries. */
export const NEVER = Number.POSITIVE_INFINITY;

/** Later than any deadline, UTC ISO. */
export const NO_DEADLINE = '9999';

/** The part of a lot that hardly changes once its keys are in. */
export interface KeptLot {
  readonly package: string;
  readonly keys: number;
  /** Runs of slots with one expiry: slots in the run, milliseconds (null: never). */
  readonly expiries: readonly (readonly [slots: number, expiresAtMs: number | null])[];
}

const stored = (expiresAtMs: number): number | null => (expiresAtMs === NEVER ? null : expiresAtMs);

interface ExpiryGroup {
  readonly expiresAtMs: number;
  fresh: number;
}

/** What the stock index knows of one lot: a byte per key, and counts. */
export class LotStock {
  /** The expiry under which the package's order of fresh lots lists this lot; null when it is not listed. */
  listedUnder: number | null = null;
  /** No reservation of the lot ends before that, UTC ISO: what has ended since may have ended first. */
  dueFrom = NO_DEADLINE;
  taken = 0;
  /** Keys that are not gone. */
  left = 0;
  private readonly places: Buffer;
  /** By expiry. */
  private groups: ExpiryGroup[] = [];
  private runs: [slots: number, expiresAtMs: number | null][] = [];
  private lastText: string | null = null;
  private lastMs = NEVER;

  constructor(
    readonly number: number,
    readonly packageId: string,
    readonly keys: number,
  ) {
    this.places = Buffer.alloc(keys, SLOT.gone);
  }

  /** Adds the next keys, all fresh. `onKey` hears the expiry of each. */
  takeIn(keys: readonly Pick<TakenKey, 'expiresAt'>[], onKey: (expiresAtMs: number) => void): void {
    for (const key of keys) {
      const expiresAtMs = key.expiresAt === null ? NEVER : this.parse(key.expiresAt);
      this.add(expiresAtMs, SLOT.fresh);
      onKey(expiresAtMs);
    }
  }

  get complete(): boolean {
    return this.taken === this.keys;
  }

  place(slot: number): SlotPlace {
    return (this.places[slot] ?? SLOT.gone) as SlotPlace;
  }

  /** Moves a slot and answers the expiry of its key. */
  move(slot: number, to: SlotPlace): number {
    const expiresAtMs = this.expiryOf(slot);
    const from = this.place(slot);
    if (from === SLOT.fresh && to !== SLOT.fresh) this.group(expiresAtMs).fresh -= 1;
    if (to === SLOT.gone) this.left -= 1;
    this.places[slot] = to;
    return expiresAtMs;
  }

  /** Gives a key another expiry. */
  setExpiry(slot: number, expiresAtMs: number): void {
    if (this.place(slot) === SLOT.fresh) {
      this.group(this.expiryOf(slot)).fresh -= 1;
      this.group(expiresAtMs).fresh += 1;
      this.groups = this.groups.filter((group) => group.fresh > 0);
    }
    const expiries = this.runs.flatMap(([slots, ms]) => Array.from({ length: slots }, () => ms));
    expiries[slot] = stored(expiresAtMs);
    this.runs = [];
    for (const ms of expiries) this.extendRuns(ms);
  }

  expiryOf(slot: number): number {
    let first = 0;
    for (const [slots, expiresAtMs] of this.runs) {
      first += slots;
      if (slot < first) return expiresAtMs ?? NEVER;
    }
    return NEVER;
  }

  /**
   * The earliest expiry after `afterMs` that fresh keys have; null if there are none. `passed` hears what it
   * skips.
   */
  earliestFresh(afterMs: number, passed: (expiresAtMs: number) => void): number | null {
    for (const group of this.groups) {
      if (group.fresh === 0) continue;
      if (group.expiresAtMs > afterMs) return group.expiresAtMs;
      passed(group.expiresAtMs);
    }
    return null;
  }

  /** Slots at a place, with their expiries. */
  *slotsAt(place: SlotPlace): Generator<readonly [slot: number, expiresAtMs: number]> {
    for (let slot = 0; slot < this.taken; slot += 1) {
      if (this.places[slot] === place) yield [slot, this.expiryOf(slot)];
    }
  }

  /** A digit per slot, for {@link restore}. */
  keptPlaces(): string {
    return this.places.toString('latin1', 0, this.taken);
  }

  kept(): KeptLot {
    return {
      package: this.packageId,
      keys: this.keys,
      expiries: this.runs.map(([slots, expiresAtMs]) => [slots, expiresAtMs]),
    };
  }

  static restore(number: number, kept: KeptLot, places: string): LotStock {
    const lot = new LotStock(number, kept.package, kept.keys);
    for (const [slots, expiresAtMs] of kept.expiries) {
      for (let slot = 0; slot < slots; slot += 1) {
        lot.add(expiresAtMs ?? NEVER, places.charCodeAt(lot.taken) as SlotPlace);
      }
    }
    return lot;
  }

  private add(expiresAtMs: number, place: SlotPlace): void {
    this.extendRuns(stored(expiresAtMs));
    const group = this.group(expiresAtMs);
    if (place === SLOT.fresh) group.fresh += 1;
    if (place !== SLOT.gone) this.left += 1;
    this.places[this.taken] = place;
    this.taken += 1;
  }

  private extendRuns(expiresAtMs: number | null): void {
    const run = this.runs.at(-1);
    if (run && run[1] === expiresAtMs) run[0] += 1;
    else this.runs.push([1, expiresAtMs]);
  }

  private group(expiresAtMs: number): ExpiryGroup {
    let at = 0;
    while (at < this.groups.length && this.groups[at]!.expiresAtMs < expiresAtMs) at += 1;
    const found = this.groups[at];
    if (found?.expiresAtMs === expiresAtMs) return found;
    const made = { expiresAtMs, fresh: 0 };
    this.groups.splice(at, 0, made);
    return made;
  }

  private parse(text: string): number {
    if (text !== this.lastText) {
      this.lastText = text;
      this.lastMs = Date.parse(text);
    }
    return this.lastMs;
  }
}
