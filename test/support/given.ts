import type { Aggregate, DomainEvent } from '../../src/platform/kernel/aggregate.js';
import { isRejection, Rejection } from '../../src/platform/kernel/rejection.js';

/** Folds a whole stream, the first event at revision 0. */
export function foldEvents<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, events: readonly E[]): S {
  return events.reduce(
    (state, event, revision) => aggregate.evolve(state, event, { revision }),
    aggregate.initial,
  );
}

/** What a decision came to; each method throws (through jest's `expect`) when it is something else. */
export interface Decided<E extends DomainEvent> {
  /** Exactly these events, bodies compared deeply. */
  then(...expected: readonly (E | readonly E[])[]): void;
  /** Accepted, and nothing changes. */
  thenNothing(): void;
  /** Refused with this code (and, when given, exactly this detail). */
  thenRejected(code: string, detail?: Readonly<Record<string, string | number>>): void;
}

/**
 * A decider test as a sentence: `given(Foo, events).when(state => decide(state, command)).then(event)`.
 * The state handed to a decider is frozen, so that one which changes it fails.
 */
export function given<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, events: readonly E[]) {
  const state = foldEvents(aggregate, events);
  if (typeof state === 'object' && state !== null) Object.freeze(state);
  return {
    when(decide: (state: S) => readonly E[] | Rejection): Decided<E> {
      const outcome = decide(state);
      // `then` is the verb of these tests; nobody awaits the object that carries it.
      return {
        // biome-ignore lint/suspicious/noThenProperty: given / when / then is the vocabulary of the tests.
        then: (...expected) => expect(outcome).toEqual(expected.flat()),
        thenNothing: () => expect(outcome).toEqual([]),
        thenRejected: (code, detail) => {
          if (!isRejection(outcome))
            throw new Error(`expected ${code}, got events: ${JSON.stringify(outcome)}`);
          expect(outcome.code).toBe(code);
          if (detail) expect(outcome.detail).toEqual(detail);
        },
      };
    },
  };
}
