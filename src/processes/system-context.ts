import type { CommandContext } from '../platform/execution/transaction.js';
import type { Ids } from '../platform/kernel/ids.js';

/** For commands that nobody but a process asked for; histories show those on sales as done by recovery. */
export function systemContext(ids: Ids, process: string, surface = 'recovery'): CommandContext {
  const id = ids.uuid();
  return {
    commandId: id,
    correlationId: id,
    actor: { kind: 'system', id: process },
    surface,
  };
}
