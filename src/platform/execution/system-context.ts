import type { Ids } from '../kernel/ids.js';
import type { CommandContext } from './transaction.js';

/**
 * For what the product does by itself.
 * @param actorId the part of it that does it
 * @param surface as histories show where it came from: what ends sales and reservations that nobody ended is `recovery`
 */
export function systemContext(ids: Ids, actorId: string, surface = 'system'): CommandContext {
  const commandId = ids.uuid();
  return { commandId, correlationId: commandId, actor: { kind: 'system', id: actorId }, surface };
}
