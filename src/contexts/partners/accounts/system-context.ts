import type { CommandContext } from '../../../platform/execution/transaction.js';
import type { Ids } from '../../../platform/kernel/ids.js';

/** For what the product does by itself. */
export function systemContext(ids: Ids, actorId: string): CommandContext {
  const commandId = ids.uuid();
  return {
    commandId,
    correlationId: commandId,
    actor: { kind: 'system', id: actorId },
    surface: actorId === 'recovery' ? 'recovery' : 'system',
  };
}
