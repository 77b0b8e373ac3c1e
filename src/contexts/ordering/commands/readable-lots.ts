import { EventStoreError, type MaybePromise } from '../../../platform/event-store/event-store.js';
import { StoreUnavailable } from '../../../platform/kernel/store-unavailable.js';
import { VaultError } from '../../../platform/security/vault.js';
import type { KeyTextReader } from '../ports.js';

/** How long what was found holds: as long as the vault keeps a data key. */
const FOUND_MS = 60_000;
/** Lots that are remembered; then all are looked at anew. */
const REMEMBERED_LOTS = 10_000;

interface Found {
  readonly untilMs: number;
  readonly problem: KeysUnreadable | null;
}

/** A key was to be taken, and the text of none can be read: nothing was taken. The cause says why. */
export class KeysUnreadable extends StoreUnavailable {
  constructor(lot: number, cause: unknown) {
    super(`nothing is taken from lot ${lot}, as its key texts cannot be read`, { cause });
    this.name = 'KeysUnreadable';
  }
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
   * @throws {KeysUnreadable} in an outage, which says nothing of the lot
   */
  problemOf(lot: number, slot: number): KeysUnreadable | null {
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

  private look(lot: number, slot: number): MaybePromise<KeysUnreadable | null> {
    try {
      const read = this.texts.read(lot, slot);
      if (!(read instanceof Promise)) return this.keep(lot, null);
      return read.then(
        () => this.keep(lot, null),
        (error: unknown) => this.fail(lot, error),
      );
    } catch (error) {
      return this.fail(lot, error);
    }
  }

  private fail(lot: number, error: unknown): KeysUnreadable | null {
    const problem = new KeysUnreadable(lot, error);
    if (!isLasting(error)) throw problem;
    return this.keep(lot, problem);
  }

  private keep(lot: number, problem: KeysUnreadable | null): KeysUnreadable | null {
    if (this.found.size >= REMEMBERED_LOTS) this.found.clear();
    this.found.set(lot, { untilMs: this.nowMs() + FOUND_MS, problem });
    return problem;
  }
}

/** Whether it will not be better in a moment. */
const isLasting = (error: unknown): boolean =>
  error instanceof VaultError || (error instanceof EventStoreError && error.code === 'Damaged');
