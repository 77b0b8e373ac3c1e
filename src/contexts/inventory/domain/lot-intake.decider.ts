import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { LotEvent, TakenKey } from '../events/lot.events.js';
import { KEYS_PER_INTAKE_EVENT, KEYS_PER_LOT } from '../limits.js';
import type { LotState } from './lot.js';

export type OpenLot = Omit<Extract<LotEvent, { type: 'LotOpened' }>['data'], 'keys'> & {
  /** In slot order; 1 to {@link KEYS_PER_LOT}. */
  readonly keys: readonly TakenKey[];
};

/**
 * Fills a lot that was announced. A lot that has a history of its own, if only a `LotVoided`, is never
 * filled.
 */
export function openLot(state: LotState, command: OpenLot): LotEvent[] | Rejection<'LotClosed'> {
  if (state.status !== 'absent') return reject('LotClosed');
  const { keys, ...facts } = command;
  if (keys.length < 1 || keys.length > KEYS_PER_LOT) throw new RangeError(`a lot of ${keys.length} keys`);
  const events: LotEvent[] = [{ type: 'LotOpened', data: { ...facts, keys: keys.length } }];
  for (let firstSlot = 0; firstSlot < keys.length; firstSlot += KEYS_PER_INTAKE_EVENT) {
    const taken = keys.slice(firstSlot, firstSlot + KEYS_PER_INTAKE_EVENT);
    events.push({ type: 'KeysTakenIn', data: { firstSlot, keys: taken } });
  }
  return events;
}

/** Closes a lot that was announced and never filled. */
export const voidLot = (state: LotState, reason: string): LotEvent[] =>
  state.status === 'absent' ? [{ type: 'LotVoided', data: { reason } }] : [];
