import {
  advanceRefund,
  advanceReplacement,
  advanceSale,
  endDueReservation,
  type SaleTerms,
} from '../../contexts/ordering/index.js';
import { advanceAdjustment, advanceTopUp, Wallet } from '../../contexts/wallets/index.js';
import type { CommandContext, Executor, Transaction } from '../../platform/execution/transaction.js';
import type { Clock } from '../../platform/kernel/clock.js';
import type { Ids } from '../../platform/kernel/ids.js';
import { unreachable } from '../../platform/kernel/unreachable.js';
import { parseUnfinished, type Unfinished, type UnfinishedIndex } from './unfinished.index.js';

/** Claims worked on at once. */
const BATCH = 64;
/** The clock is looked at again at least this often: it may jump. */
const LONGEST_SLEEP_MS = 1000;
/** After a failure, the claim is tried again after this long. */
const RETRY_MS = 2000;

export interface RecoveryOptions {
  readonly executor: Executor;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly index: UnfinishedIndex;
  readonly terms: SaleTerms;
  readonly onError: (error: unknown, unfinished: Unfinished) => void;
}

/**
 * Ends what nobody is waiting for any more: due reservations, and claims whose executor is gone. It runs at start and
 * on timers; it only ever does what any executor would do next, so running it twice, or late, does no harm.
 */
export class Recovery {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private closed = false;

  constructor(private readonly options: RecoveryOptions) {}

  start(): void {
    this.options.index.onEarlier = () => this.schedule();
    this.schedule();
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  /** Works on everything that is due now; resolves when it is done. */
  async runDue(): Promise<void> {
    const { clock, index } = this.options;
    for (;;) {
      const keys = index.queue.takeDue(clock.now(), BATCH);
      // Another one may go on with the same index in this process.
      if (this.closed) for (const key of keys) index.queue.set(key, clock.now());
      if (keys.length === 0 || this.closed) return;
      await Promise.all(keys.map((key) => this.recover(key)));
    }
  }

  private schedule(): void {
    if (this.closed || this.running) return;
    if (this.timer) clearTimeout(this.timer);
    const next = this.options.index.queue.nextDueMs();
    const wait = next === null ? LONGEST_SLEEP_MS : next - this.options.clock.now();
    this.timer = setTimeout(() => this.tick(), Math.min(Math.max(wait, 0), LONGEST_SLEEP_MS));
    this.timer.unref();
  }

  private tick(): void {
    this.running = this.runDue().finally(() => {
      this.running = null;
      this.schedule();
    });
  }

  private async recover(key: string): Promise<void> {
    const { executor, ids, index, clock, onError } = this.options;
    const unfinished = parseUnfinished(key);
    const commandId = ids.uuid();
    const context: CommandContext = {
      commandId,
      correlationId: commandId,
      actor: { kind: 'system', id: 'recovery' },
      surface: 'recovery',
    };
    try {
      await executor.run(context, (tx) => this.advance(tx, unfinished));
    } catch (error) {
      onError(error, unfinished);
      index.queue.set(key, clock.now() + RETRY_MS);
    }
  }

  private advance(tx: Transaction, { kind, id, hold }: Unfinished): void {
    switch (kind) {
      case 'reservation': {
        const held = tx.load(Wallet, id).holds.get(hold);
        if (held) endDueReservation(tx, held, this.options.terms);
        return;
      }
      case 'order':
        advanceSale(tx, id, 'settle', this.options.terms);
        return;
      case 'replacement':
        advanceReplacement(tx, id, 'settle', this.options.terms);
        return;
      case 'refund':
        advanceRefund(tx, id);
        return;
      case 'topup':
        advanceTopUp(tx, id);
        return;
      case 'adjustment':
        advanceAdjustment(tx, id);
        return;
      default:
        unreachable(kind);
        return;
    }
  }
}
