import type { MaybePromise } from '../event-store/event-store.js';
import { systemContext } from '../execution/system-context.js';
import type { Executor } from '../execution/transaction.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import type { Ids } from '../kernel/ids.js';
import { unreachable } from '../kernel/unreachable.js';

/** Stored format: add optional fields or upcast, never rename. */
export type SequenceEvent = DomainEvent<
  'NumbersTaken',
  {
    readonly first: number;
    readonly count: number;
    /** In the first block of a kind alone: {@link SequenceStart.edition}. Absent: 1. */
    readonly edition?: number;
  }
>;

export interface SequenceState {
  /** The lowest number that nobody has taken; null before the first block. */
  readonly next: number | null;
  /** {@link SequenceStart.edition} of the first block. */
  readonly edition: number;
}

/** Public numbers of one kind, handed out in blocks to whoever asks. */
export const Sequence: Aggregate<SequenceState, SequenceEvent> = {
  category: 'sequence',
  stateVersion: 2,
  initial: { next: null, edition: 1 },
  evolve({ next, edition }, event) {
    switch (event.type) {
      case 'NumbersTaken':
        return {
          next: event.data.first + event.data.count,
          edition: next === null ? (event.data.edition ?? 1) : edition,
        };
      default:
        return unreachable(event.type);
    }
  },
};

/** Numbers taken at once. What a process has not used when it ends stays a gap. */
export const BLOCK_SIZE = 100;

/** How a kind's sequence is begun and gone on with. */
export interface SequenceStart {
  /** Numbers taken at once, default {@link BLOCK_SIZE}. */
  readonly blockSize?: number;
  /**
   * How things of this kind are done in a log that has none yet. A log that has some keeps to what it began with, whatever newer
   * programs prefer. Default 1.
   */
  readonly edition?: number;
}

interface Block {
  next: number;
  readonly end: number;
  readonly edition: number;
}

/**
 * The numeric ids that the outside sees: unique for ever, increasing within a process, with gaps. The next block is taken when
 * half of the one before is used, so that on a busy server nobody waits for it.
 */
export class PublicIds {
  private readonly blocks = new Map<string, Block>();
  private readonly spares = new Map<string, Block>();
  private readonly taking = new Map<string, Promise<void>>();

  constructor(
    private readonly executor: Executor,
    private readonly ids: Ids,
    /** The first number of a kind that has none yet. */
    private readonly firstNumber = 1,
  ) {}

  /** A number that no other caller gets, on this node or another. `kind` names the sequence: `account`, `product` … */
  next(kind: string, start: SequenceStart = {}): MaybePromise<number> {
    const block = this.blockInUse(kind);
    if (!block) return this.spareTaken(kind, start).then(() => this.next(kind, start));
    const number = block.next;
    block.next += 1;
    if (block.end - block.next === halfOf(start)) {
      // Where it fails, whoever needs a number tries again and is told.
      this.spareTaken(kind, start).catch(() => {});
    }
    return number;
  }

  /** The edition that this log keeps to for things of a kind. Begins the kind's sequence where there is none. */
  edition(kind: string, start: SequenceStart): MaybePromise<number> {
    const block = this.blocks.get(kind) ?? this.spares.get(kind);
    if (block) return block.edition;
    return this.spareTaken(kind, start).then(() => this.edition(kind, start));
  }

  private blockInUse(kind: string): Block | undefined {
    const block = this.blocks.get(kind);
    if (block && block.next < block.end) return block;
    const spare = this.spares.get(kind);
    if (!spare) return undefined;
    this.spares.delete(kind);
    this.blocks.set(kind, spare);
    return spare;
  }

  private spareTaken(kind: string, start: SequenceStart): Promise<void> {
    const underWay = this.taking.get(kind);
    if (underWay) return underWay;
    const taken = this.take(kind, start).finally(() => this.taking.delete(kind));
    this.taking.set(kind, taken);
    return taken;
  }

  private async take(kind: string, start: SequenceStart): Promise<void> {
    const { blockSize = BLOCK_SIZE, edition = 1 } = start;
    const taken = await this.executor.run(systemContext(this.ids, 'public-ids'), (tx) => {
      const { next } = tx.load(Sequence, kind);
      const first = next ?? this.firstNumber;
      const begun = next === null && edition !== 1 ? { edition } : {};
      const data = { first, count: blockSize, ...begun };
      const after = tx.append(Sequence, kind, [{ type: 'NumbersTaken', data }]);
      return { first, edition: after.edition };
    });
    this.spares.set(kind, { next: taken.first, end: taken.first + blockSize, edition: taken.edition });
  }
}

const halfOf = ({ blockSize = BLOCK_SIZE }: SequenceStart): number => Math.floor(blockSize / 2);
