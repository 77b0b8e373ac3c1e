import { masked } from '../../../platform/audit/masked.js';
import { formatPosition, type RecordedEvent } from '../../../platform/event-store/event-store.js';
import { decodeMetadata } from '../../../platform/execution/event-codec.js';

/** An event as auditors see it. */
export function eventView(event: RecordedEvent) {
  const { at, actor, surface, commandId, correlationId, causationId } = decodeMetadata(event);
  return {
    position: formatPosition(event.position),
    stream: event.stream,
    revision: event.revision,
    id: event.id,
    type: event.type,
    at,
    actor: { kind: actor.kind, id: actor.id },
    surface,
    command_id: commandId,
    correlation_id: correlationId,
    causation_id: causationId ?? null,
    data: masked(JSON.parse(event.data.toString('utf8'))),
  };
}
