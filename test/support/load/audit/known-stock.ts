import type { Journal } from '../journal.js';
import type { Truth } from './audit-log.js';
import { StepHistory } from './step-history.js';
import type { StockChange } from './stock-ledger.js';

/** A key comes free for its next buyer within this time when nobody was told: the reservation expired, or the answer was lost. */
const UNTOLD_MS = 2_000;

/**
 * How many keys of each package (UUID) were certainly free, over time. A key counts from the moment when somebody was
 * told that it is there (again), and no longer from the moment when it was decided that it is not. It may look less
 * than it was, never more: whoever is told that there is none while this says that there is was told wrong.
 */
export class KnownStock {
  readonly free = new Map<string, StepHistory>();

  constructor({ stock, directory }: Truth, journal: Journal) {
    const takenInAt = new Map<string, number>();
    for (const { serials, endedAtMs, acknowledged } of journal.intakes) {
      if (acknowledged) for (const serial of serials) takenInAt.set(serial, endedAtMs);
    }
    const cancelledAt = new Map<string, number>();
    for (const { call, answer, partner, endedAtMs } of journal.exchanges) {
      if (call.action !== 5 || answer?.code !== '0') continue;
      cancelledAt.set(`${directory.partnerOf(partner)} ${call.key}`, endedAtMs);
    }
    const knownAt = ({ key, by, atMs, reservation }: StockChange): number => {
      if (by < 0n) return atMs;
      const told = reservation
        ? cancelledAt.get(`${reservation.partner} ${reservation.keyNumber}`)
        : takenInAt.get(key.serial ?? '');
      return told ?? atMs + UNTOLD_MS;
    };
    const changes = stock.changes.map((change) => ({ change, atMs: knownAt(change) }));
    changes.sort((a, b) => a.atMs - b.atMs);
    for (const { change, atMs } of changes) {
      const id = change.key.package;
      const history = this.free.get(id) ?? new StepHistory(0n);
      this.free.set(id, history);
      history.record(atMs, history.last + change.by);
    }
  }
}
