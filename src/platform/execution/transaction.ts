import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';

/** Who asked for a command. Ids only, nothing personal. */
export interface Actor {
  readonly kind: 'partner' | 'staff' | 'system';
  readonly id: string;
}

/** What is recorded with every event of a command, beside its time. */
export interface CommandContext {
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly actor: Actor;
  /** Where the command came in: `terminal-v1`, `rest-v2`, `cli`, `recovery` … */
  readonly surface: string;
}

/**
 * What a command's work sees. Work is a synchronous, repeatable function: it reads folded state (appends still in
 * flight included), decides, and appends; it may run several times before one run counts, so it must not have other
 * effects. Everything appended in one run is one ordered batch.
 */
export interface Transaction {
  /**
   * Decision time, milliseconds: the latest of the node's clock and the last events of all streams read, but for those that a clock
   * which was wrong has dated ahead.
   */
  readonly nowMs: number;
  /** {@link nowMs} as stored. */
  readonly at: string;
  /** A new UUIDv7; others after a lost race, the same ones in a run that is repeated since it had to read something. */
  newId(): string;
  /** The folded state of a stream, this run's own appends included. */
  load<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): S;
  /**
   * As {@link load}, where a fact that the work has from another stream must show as well: a state that does not know of it
   * is read anew, once. On an engine that others write to, what is missing may only not have been read here yet, so
   * nothing may be concluded from that. Appending to the stream needs no such care: its revision is checked.
   * @param fact names it, once for all streams and commands
   */
  loadKnowing<S, E extends DomainEvent>(
    aggregate: Aggregate<S, E>,
    id: string,
    fact: string,
    knows: (state: S) => boolean,
  ): S;
  /** Revision of the last event of {@link load}'s state; -1 if there is none. */
  revision<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): number;
  /** Revision of the last event known to be on disk; -1 if there is none. */
  durableRevision<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): number;
  /** Whether this run itself has appended to the stream: what its last event began, nobody else can have gone on with. */
  hasAppended<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): boolean;
  /** Adds events to the batch and returns the state with them. An empty list is no entry. */
  append<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string, events: readonly E[]): S;
  /** Stored events `from` ≤ revision < `to`, upcast: for claims older than what the state remembers. */
  history<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string, from: number, to: number): E[];
}

/** The events of a decider's answer appended, or its rejection passed on. */
export type Work<R> = (tx: Transaction) => R;

/** Runs commands. One per process (tests run several against one store, as several nodes would). */
export abstract class Executor {
  /**
   * Runs `work` and resolves with its result once everything that the result rests on is on disk.
   * @throws {EventStoreError} when the store could not append; its `outcome` says whether something may be stored.
   */
  abstract run<R>(context: CommandContext, work: Work<R>): Promise<R>;

  /**
   * As {@link run}, for work that goes on from what is there: run again when some of its appends are stored, it does the
   * rest and comes to the same result. An engine that goes stream by stream then takes it append by append, in order, and
   * shares each of them with other commands.
   */
  advance<R>(context: CommandContext, work: Work<R>): Promise<R> {
    return this.run(context, work);
  }
}
