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

/** The numeric ids that the outside sees: unique for ever, increasing within a process, with gaps. */
export class PublicIds {
  private readonly blocks = new Map<string, Block>();
  private readonly taking = new Map<string, Promise<void>>();

  constructor(
    private readonly executor: Executor,
    private readonly ids: Ids,
    /** The first number of a kind that has none yet. */
    private readonly firstNumber = 1,
  ) {}

  /** A number that no other caller gets, on this node or another. `kind` names the sequence: `account`, `product` … */
  async next(kind: string, start: SequenceStart = {}): Promise<number> {
    for (;;) {
      const block = this.blocks.get(kind);
      if (block && block.next < block.end) return block.next++;
      await this.blockTaken(kind, start);
    }
  }

  /** The edition that this log keeps to for things of a kind. Begins the kind's sequence where there is none. */
  async edition(kind: string, start: SequenceStart): Promise<number> {
    for (;;) {
      const block = this.blocks.get(kind);
      if (block) return block.edition;
      await this.blockTaken(kind, start);
    }
  }

  private blockTaken(kind: string, start: SequenceStart): Promise<void> {
    const underWay = this.taking.get(kind);
    if (underWay) return underWay;
    const taken = this.take(kind, start).finally(() => this.taking.delete(kind));
    this.taking.set(kind, taken);
    return taken;
  }

  private async take(kind: string, { blockSize = BLOCK_SIZE, edition = 1 }: SequenceStart): Promise<void> {
    const taken = await this.executor.run(systemContext(this.ids, 'public-ids'), (tx) => {
      const { next } = tx.load(Sequence, kind);
      const first = next ?? this.firstNumber;
      const begun = next === null && edition !== 1 ? { edition } : {};
      const data = { first, count: blockSize, ...begun };
      const after = tx.append(Sequence, kind, [{ type: 'NumbersTaken', data }]);
      return { first, edition: after.edition };
    });
    this.blocks.set(kind, { next: taken.first, end: taken.first + blockSize, edition: taken.edition });
  }
}
