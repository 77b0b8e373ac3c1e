import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { findOperation, type OperationWindow } from '../kernel/operation-window.js';
import type { Transaction } from './transaction.js';

/** A stream that remembers operations, and how to find them in its events. */
export interface OperationStream<S, E extends DomainEvent> {
  readonly aggregate: Aggregate<S, E>;
  readonly id: string;
  readonly operationsOf: (events: readonly E[]) => ReadonlyMap<string, string>;
}

/**
 * What became of an operation in a stream since the revision that its claim recorded: from the state's window, and
 * from the stream itself if the claim is older than that. This look is what makes each step happen once.
 */
export function operationSince<S extends { readonly operations: OperationWindow }, E extends DomainEvent>(
  tx: Transaction,
  stream: OperationStream<S, E>,
  operation: string,
  claimedRevision: number,
): string | undefined {
  const window = tx.load(stream.aggregate, stream.id).operations;
  const found = findOperation(window, operation);
  if (found !== undefined || window.since <= claimedRevision + 1) return found;
  const older = tx.history(stream.aggregate, stream.id, claimedRevision + 1, window.since);
  return stream.operationsOf(older).get(operation);
}
