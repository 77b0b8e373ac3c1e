import { EventStoreError, type MaybePromise } from '../../../platform/event-store/event-store.js';
import { VaultError } from '../../../platform/security/vault.js';
import type { KeyTextReader } from '../ports.js';

/** How long what was found holds: as long as the vault keeps a data key. */
const FOUND_MS = 60_000;
/** Lots that are remembered; then all are looked at anew. */
const REMEMBERED_LOTS = 10_000;

interface Found {
  readonly untilMs: number;
  /** Why its texts cannot be read; null if they can. */
  readonly problem: Error | null;
}

/** Thrown through a decision that would sell from a lot whose texts are still to be looked at: it is to be made again then. */
export class LotToBeLookedAt extends Error {
  constructor(readonly looked: Promise<unknown>) {
    super('it is not known yet whether the texts of a lot can be read');
    this.name = 'LotToBeLookedAt';
  }
}

/**
 * Which lots have texts that can be read. A key that nobody could be given is not to be sold: its data key may be gone, as after a
 * restore of the data keys from a backup that is older than the lot, or out of reach, or its intake damaged.
 */
export class ReadableLots {
  private readonly found = new Map<number, Found>();

  constructor(
    private readonly texts: KeyTextReader,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /**
   * What keeps the texts of a lot from being read, found by reading the one in this slot; null if nothing does.
   * @throws {LotToBeLookedAt} where the answer has to be waited for, outside of the decision
   * @throws what reading fails with for now, an outage
   */
  problemOf(lot: number, slot: number): Error | null {
    const known = this.found.get(lot);
    if (known && this.nowMs() < known.untilMs) return known.problem;
    const looked = this.look(lot, slot);
    if (looked instanceof Promise) {
      // Whoever made the decision may be gone.
      looked.catch(() => undefined);
      throw new LotToBeLookedAt(looked);
    }
    return looked;
  }

  private look(lot: number, slot: number): MaybePromise<Error | null> {
    try {
      const read = this.texts.read(lot, slot);
      if (!(read instanceof Promise)) return this.keep(lot, null);
      return read.then(
        () => this.keep(lot, null),
        (error: unknown) => this.keep(lot, lasting(error)),
      );
    } catch (error) {
      return this.keep(lot, lasting(error));
    }
  }

  private keep(lot: number, problem: Error | null): Error | null {
    if (this.found.size >= REMEMBERED_LOTS) this.found.clear();
    this.found.set(lot, { untilMs: this.nowMs() + FOUND_MS, problem });
    return problem;
  }
}

/** What will not be better in a moment. */
function lasting(error: unknown): Error {
  if (error instanceof VaultError) return error;
  if (error instanceof EventStoreError && error.code === 'Damaged') return error;
  throw error;
}
