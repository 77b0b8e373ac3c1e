import type { NewEvent, RecordedEvent } from '../event-store/event-store.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { isoTime } from '../kernel/clock.js';
import type { CommandContext } from './transaction.js';

/** Metadata of every stored event. No client address in clear, nothing personal. */
export interface EventMetadata {
  /** Schema number of the body, per event type. */
  readonly schema: number;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly surface: string;
  /** Decision time, UTC ISO with milliseconds. */
  readonly at: string;
}

export const decodeMetadata = (event: RecordedEvent): EventMetadata =>
  JSON.parse(event.metadata.toString('utf8')) as EventMetadata;

export const eventTimeMs = (event: RecordedEvent): number => Date.parse(decodeMetadata(event).at);

/** Encodes the metadata of one command's events once per schema number. */
export class MetadataEncoder {
  private readonly bySchema = new Map<number, Buffer>();

  constructor(
    private readonly context: CommandContext,
    readonly atMs: number,
  ) {}

  encode(schema: number): Buffer {
    const known = this.bySchema.get(schema);
    if (known) return known;
    const { commandId, correlationId, causationId, actor, surface } = this.context;
    const metadata: EventMetadata = {
      schema,
      commandId,
      correlationId,
      causationId,
      actor,
      surface,
      at: isoTime(this.atMs),
    };
    const bytes = Buffer.from(JSON.stringify(metadata));
    this.bySchema.set(schema, bytes);
    return bytes;
  }
}

export const encodeEvent = <S, E extends DomainEvent>(
  aggregate: Aggregate<S, E>,
  event: E,
  id: string,
  metadata: MetadataEncoder,
): NewEvent => ({
  id,
  type: event.type,
  data: Buffer.from(JSON.stringify(event.data)),
  metadata: metadata.encode(aggregate.schemas?.[event.type] ?? 1),
  body: event.data as object,
  atMs: metadata.atMs,
});

/** A stored event in its current shape: parsed, and upcast if its type ever changed. */
export function decodeEvent<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, stored: RecordedEvent): E {
  const data: unknown = JSON.parse(stored.data.toString('utf8'));
  const upcast = aggregate.upcasters?.[stored.type];
  if (!upcast) return { type: stored.type, data } as E;
  return { type: stored.type, data: upcast(data as never, decodeMetadata(stored).schema) } as E;
}
