import type { DomainEvent } from '../kernel/aggregate.js';
import type { DocumentId, ReadDocument } from '../read-store/read-store.js';

/** Where an event stands and when it was decided. */
export interface EventPlacement {
  readonly category: string;
  /** Id of the stream within its category. */
  readonly id: string;
  readonly revision: number;
  readonly position: bigint;
  /** UTC ISO. */
  readonly at: string;
  /** Who asked for it: ids only. */
  readonly actor: { readonly kind: string; readonly id: string };
  /** Where the command came in. */
  readonly surface: string;
}

/** An event as projections see it: in its current shape, with its place. A union of events stays a union. */
export type Projected<Event extends DomainEvent> = Event extends DomainEvent ? Event & EventPlacement : never;

/**
 * What events lacked when they were stored, and what a read model needs: the earlier events of their streams tell it. Pure.
 * Few events should lack anything, as each of those costs a read of its stream.
 */
export interface Completion<Event extends DomainEvent> {
  lacks(event: Projected<Event>): boolean;
  /** @param earlier all events of the stream before this one, in order. */
  complete(event: Projected<Event>, earlier: readonly Projected<DomainEvent>[]): Projected<Event>;
}

/**
 * A read model: how events fold into documents. Pure, so that whoever folds the log gets the same documents.
 * Documents are never mutated; the clock is never asked.
 */
export interface Projection<Document extends ReadDocument, Event extends DomainEvent> {
  /** Names the collection for readers. */
  readonly name: string;
  /** Raise it when documents come out differently: they are then folded anew beside the old ones. */
  readonly version: number;
  readonly indexes: readonly (readonly string[])[];
  /** Event types by stream category; everything else passes by unread. */
  readonly handles: Readonly<Record<string, readonly Event['type'][]>>;
  /** Applied before anything else is asked of an event. */
  readonly completion?: Completion<Event>;
  /** The documents that an event changes. */
  keysOf(event: Projected<Event>): DocumentId | readonly DocumentId[];
  /** `null` for a document that is not there, and to delete it. */
  evolve(document: Document | null, event: Projected<Event>, id: DocumentId): Document | null;
}

export type AnyProjection = Projection<ReadDocument, DomainEvent>;

/** Keeps the types of one definition to itself, so that definitions of different documents fit one list. */
export const defineProjection = <Document extends ReadDocument, Event extends DomainEvent>(
  definition: Projection<Document, Event>,
): AnyProjection => definition as unknown as AnyProjection;

/** The collection of one generation of a projection, or of a fold to compare it with. */
export const collectionName = ({ name, version }: AnyProjection, generation: number | 'check'): string =>
  `${name}.v${version}.${generation}`;
