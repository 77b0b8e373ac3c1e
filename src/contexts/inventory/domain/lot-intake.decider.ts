import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { LotEvent, TakenKeys } from '../events/lot.events.js';
import { KEYS_PER_INTAKE_EVENT, KEYS_PER_LOT } from '../limits.js';
import type { LotState } from './lot.js';

export type OpenLot = Omit<Extract<LotEvent, { type: 'LotOpened' }>['data'], 'keys'> & {
  /** 1 to {@link KEYS_PER_LOT} keys in slot order, as many of them together as an event holds. */
  readonly intakes: readonly TakenKeys[];
};

/**
 * Fills a lot that was announced. A lot that has a history of its own, if only a `LotVoided`, is never
 * filled.
 */
export function openLot(state: LotState, command: OpenLot): LotEvent[] | Rejection<'LotClosed'> {
  if (state.status !== 'absent') return reject('LotClosed');
  const { intakes, ...facts } = command;
  const keys = keysIn(intakes);
  if (keys < 1 || keys > KEYS_PER_LOT) throw new RangeError(`a lot of ${keys} keys`);
  const events: LotEvent[] = [{ type: 'LotOpened', data: { keys, ...facts } }];
  for (const [index, taken] of intakes.entries()) {
    const isLast = index === intakes.length - 1;
    if (taken.keys.length !== KEYS_PER_INTAKE_EVENT && !isLast) throw new RangeError('an intake with a gap');
    events.push({ type: 'KeysTakenIn', data: { firstSlot: index * KEYS_PER_INTAKE_EVENT, ...taken } });
  }
  return events;
}

export const keysIn = (intakes: readonly TakenKeys[]): number =>
  intakes.reduce((sum, { keys }) => sum + keys.length, 0);

/** Closes a lot that was announced and never filled. */
export const voidLot = (state: LotState, reason: string): LotEvent[] =>
  state.status === 'absent' ? [{ type: 'LotVoided', data: { reason } }] : [];
