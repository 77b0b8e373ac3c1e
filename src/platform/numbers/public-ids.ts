import type { CommandContext, Executor } from '../execution/transaction.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import type { Ids } from '../kernel/ids.js';
import { unreachable } from '../kernel/unreachable.js';

/** Stored format: add optional fields or upcast, never rename. */
export type SequenceEvent = DomainEvent<
  'NumbersTaken',
  {
    readonly first: number;
    readonly count: number;
  }
>;

export interface SequenceState {
  /** The lowest number that nobody has taken; null before the first block. */
  readonly next: number | null;
}

/** Public numbers of one kind, handed out in blocks to whoever asks. */
export const Sequence: Aggregate<SequenceState, SequenceEvent> = {
  category: 'sequence',
  stateVersion: 1,
  initial: { next: null },
  evolve(_, event) {
    switch (event.type) {
      case 'NumbersTaken':
        return { next: event.data.first + event.data.count };
      default:
        return unreachable(event.type);
    }
  },
};

/** Numbers taken at once. What a process has not used when it ends stays a gap. */
export const BLOCK_SIZE = 100;

interface Block {
  next: number;
  readonly end: number;
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
  async next(kind: string, blockSize = BLOCK_SIZE): Promise<number> {
    for (;;) {
      const block = this.blocks.get(kind);
      if (block && block.next < block.end) return block.next++;
      const underWay = this.taking.get(kind) ?? this.takeBlock(kind, blockSize);
      await underWay;
    }
  }

  private takeBlock(kind: string, blockSize: number): Promise<void> {
    const taken = this.take(kind, blockSize).finally(() => this.taking.delete(kind));
    this.taking.set(kind, taken);
    return taken;
  }

  private async take(kind: string, blockSize: number): Promise<void> {
    const commandId = this.ids.uuid();
    const context: CommandContext = {
      commandId,
      correlationId: commandId,
      actor: { kind: 'system', id: 'public-ids' },
      surface: 'system',
    };
    const first = await this.executor.run(context, (tx) => {
      const next = tx.load(Sequence, kind).next ?? this.firstNumber;
      tx.append(Sequence, kind, [{ type: 'NumbersTaken', data: { first: next, count: blockSize } }]);
      return next;
    });
    this.blocks.set(kind, { next: first, end: first + blockSize });
  }
}
