import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { emptyWindow, type OperationWindow, recordOperation } from '../kernel/operation-window.js';
import { operationSince } from './operation-since.js';
import type { Transaction } from './transaction.js';

type Done = DomainEvent<'Done', { readonly operation: string; readonly outcome: string }>;
interface State {
  readonly operations: OperationWindow;
}

const Things: Aggregate<State, Done> = {
  category: 'things',
  stateVersion: 1,
  initial: { operations: emptyWindow() },
  evolve: ({ operations }, { data }, { revision }) => ({
    operations: recordOperation(operations, data.operation, data.outcome, revision),
  }),
};
const operationsOf = (events: readonly Done[]): ReadonlyMap<string, string> =>
  new Map(events.map(({ data }) => [data.operation, data.outcome]));

/** A stream of ten operations, `op 0` to `op 9`, whose state remembers those from a revision on. */
function since(remembered: number, operation: string, claimedRevision: number) {
  const events = Array.from(
    { length: 10 },
    (_, at): Done => ({
      type: 'Done',
      data: { operation: `op ${at}`, outcome: `done at ${at}` },
    }),
  );
  const read: (readonly [from: number, to: number])[] = [];
  const state = events
    .slice(remembered)
    .reduce((folded, event, at) => Things.evolve(folded, event, { revision: remembered + at }), {
      operations: emptyWindow(remembered),
    });
  const tx = {
    load: () => state,
    history: (_: unknown, __: string, from: number, to: number) => {
      read.push([from, to]);
      return events.slice(from, to);
    },
  } as unknown as Transaction;
  const stream = { aggregate: Things, id: 'x', operationsOf };
  return { found: operationSince(tx, stream, operation, claimedRevision), read };
}

it('what the state remembers is known without a look at the stream', () => {
  expect(since(4, 'op 4', -1)).toEqual({ found: 'done at 4', read: [] });
  expect(since(4, 'op 9', 8)).toEqual({ found: 'done at 9', read: [] });
});

it('what it does not remember never happened where it remembers everything since the claim', () => {
  expect(since(4, 'another', 3)).toEqual({ found: undefined, read: [] });
  expect(since(4, 'another', 7)).toEqual({ found: undefined, read: [] });
  expect(since(0, 'another', -1)).toEqual({ found: undefined, read: [] });
});

it('what happened between an older claim and what it remembers is found in the stream', () => {
  expect(since(4, 'op 3', 2)).toEqual({ found: 'done at 3', read: [[3, 4]] });
  expect(since(4, 'op 2', 1)).toEqual({ found: 'done at 2', read: [[2, 4]] });
  expect(since(10, 'op 0', -1)).toEqual({ found: 'done at 0', read: [[0, 10]] });
  expect(since(4, 'another', -1)).toEqual({ found: undefined, read: [[0, 4]] });
});
