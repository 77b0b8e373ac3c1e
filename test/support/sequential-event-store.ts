import { checkBatch } from '../../src/platform/event-store/append-checks.js';
import {
  type Appended,
  EventStore,
  type MaybePromise,
  type ReadOptions,
  type RecordedEvent,
  type Refused,
  type StreamAppend,
  type Subscription,
} from '../../src/platform/event-store/event-store.js';

/** A moment of an append: before or after entry `index` of `batch` is applied. */
export interface Place {
  readonly batch: readonly StreamAppend[];
  readonly index: number;
  readonly phase: 'before' | 'after';
}

/** Decides at each place: go on, after a pause if its promise takes long, or die there. */
export type Gate = (place: Place) => Promise<'continue' | 'crash'>;

const never = new Promise<never>(() => {});

/**
 * Makes any engine behave like a shared server: a batch is applied entry by entry, each entry its own append, and
 * stops at the first refusal; reads are answered later.
 *
 * After its gate said `crash` this store is a dead process: nothing more is applied, and no promise of an append or a
 * read is ever settled, so that no code of the executor behind it runs on, not even its error handling.
 */
export class SequentialEventStore extends EventStore {
  readonly atomicBatches = false;
  /** Resolves at the crash. */
  readonly whenCrashed: Promise<void>;
  private die: () => void = () => {};
  private dead = false;
  private readonly subscriptions = new Set<Subscription>();

  constructor(
    private readonly inner: EventStore,
    private readonly gate: Gate = async () => 'continue',
  ) {
    super();
    this.whenCrashed = new Promise((resolve) => {
      this.die = resolve;
    });
  }

  get crashed(): boolean {
    return this.dead;
  }

  /** Dies at once, wherever its appends are. */
  crash(): void {
    if (this.dead) return;
    this.dead = true;
    for (const subscription of this.subscriptions) void subscription.close();
    this.die();
  }

  async append(batch: readonly StreamAppend[]): Promise<Appended | Refused> {
    checkBatch(batch);
    let position = 0n;
    for (const [index, entry] of batch.entries()) {
      await this.pass({ batch, index, phase: 'before' });
      const outcome = await this.answer(this.inner.append([entry]));
      if (outcome.outcome === 'refused') return { ...outcome, index };
      position = outcome.position;
      await this.pass({ batch, index, phase: 'after' });
    }
    return { outcome: 'appended', position };
  }

  async readStream(stream: string, options?: ReadOptions): Promise<RecordedEvent[]> {
    return this.answer(this.inner.readStream(stream, options));
  }

  async readAll(after: bigint, limit?: number): Promise<RecordedEvent[]> {
    return this.answer(this.inner.readAll(after, limit));
  }

  async headPosition(): Promise<bigint> {
    return this.answer(this.inner.headPosition());
  }

  subscribe(
    after: bigint,
    handler: (events: RecordedEvent[]) => MaybePromise<void>,
    options?: { readonly streamPrefix?: string },
  ): Subscription {
    const subscription = this.inner.subscribe(
      after,
      (events) => (this.dead ? undefined : handler(events)),
      options,
    );
    this.subscriptions.add(subscription);
    return subscription;
  }

  /** Ends its own subscriptions; the inner store belongs to whoever made it. */
  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close()));
  }

  private async pass(place: Place): Promise<void> {
    if (!this.dead && (await this.gate(place)) === 'crash') this.crash();
    if (this.dead) await never;
  }

  private async answer<T>(value: MaybePromise<T>): Promise<T> {
    if (this.dead) return never;
    const answered = await value;
    return this.dead ? never : answered;
  }
}
