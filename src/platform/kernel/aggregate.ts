/** A domain event: a past-tense name and a JSON body (amounts as strings of minor units, times as UTC ISO). */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** Where a folded event stands in its stream. */
export interface EventPlace {
  /** 0 for a stream's first event. */
  readonly revision: number;
}

/** Turns a body stored under `schema` into the current shape. Pure, one per event type that ever changed. */
export type Upcaster = (data: never, schema: number) => unknown;

/**
 * How one category of streams folds into state. `evolve` is pure and total: no clock, no I/O, and every event type
 * of the category handled. State values are immutable (share structure, never mutate).
 */
export interface Aggregate<State, Event extends DomainEvent> {
  /** Stream category: the stream is `<namespace>.<category>-<id>`. */
  readonly category: string;
  /** Part of a snapshot's identity: raise it when `State` or `evolve` changes. */
  readonly stateVersion: number;
  readonly initial: State;
  /** Memory of a state relative to a small one; default 1. Bounds how many are cached. */
  readonly weight?: number;
  evolve(state: State, event: Event, place: EventPlace): State;
  /** Whether a state that is on disk is likely to be asked for again soon; default: always. */
  isLive?(state: State): boolean;
  /** Current schema number of the event types whose body changed since their first; 1 for all others. */
  readonly schemas?: Readonly<Record<string, number>>;
  readonly upcasters?: Readonly<Record<string, Upcaster>>;
  /** How state is kept as a snapshot (JSON values only). Categories of short streams have none. */
  readonly snapshot?: {
    /** Parts that a snapshot of the state writes, if they may be many: the more, the seldomer it is taken. */
    parts?(state: State): number;
    encode(state: State): unknown;
    /** `revision` is that of the last event folded into the snapshot. */
    decode(json: never, revision: number): State;
  };
}
