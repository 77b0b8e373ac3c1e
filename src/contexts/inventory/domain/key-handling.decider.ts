import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { LotEvent } from '../events/lot.events.js';
import type { LotState, Slot } from './lot.js';

export type KeyHandlingRejection = 'UnknownKey' | 'KeyIsReserved' | 'KeyIsSold' | 'KeyIsRetired';

type Decision = LotEvent[] | Rejection<KeyHandlingRejection>;

export interface HandleKey {
  readonly slot: number;
  readonly reason: string;
}

const withKey = (state: LotState, slot: number, decide: (key: Slot) => Decision): Decision => {
  const key = state.status === 'open' ? state.slots.get(slot) : undefined;
  return key ? decide(key) : reject('UnknownKey');
};

/** Takes a key off sale for good. One that nobody was ever shown may come in again. */
export const retireKey = (state: LotState, { slot, reason }: HandleKey): Decision =>
  withKey(state, slot, ({ status }) => {
    if (status === 'reserved') return reject('KeyIsReserved');
    if (status === 'sold') return reject('KeyIsSold');
    return status === 'retired' ? [] : [{ type: 'KeyRetired', data: { slot, reason } }];
  });

/** Takes a free key off sale until it is released or retired. */
export const quarantineKey = (state: LotState, { slot, reason }: HandleKey): Decision =>
  withKey(state, slot, ({ status }) => {
    if (status === 'reserved') return reject('KeyIsReserved');
    if (status === 'sold') return reject('KeyIsSold');
    if (status === 'retired') return reject('KeyIsRetired');
    return status === 'quarantined' ? [] : [{ type: 'KeyQuarantined', data: { slot, reason } }];
  });

/** Brings a key back from quarantine to stock. One that was ever sold is never sold again. */
export const releaseKey = (state: LotState, { slot, at }: { slot: number; at: string }): Decision =>
  withKey(state, slot, ({ status, sale }) => {
    if (status === 'reserved') return reject('KeyIsReserved');
    if (status === 'retired') return reject('KeyIsRetired');
    if (sale !== null) return reject('KeyIsSold');
    return status === 'free' ? [] : [{ type: 'KeyReleased', data: { slot, at } }];
  });

export interface ChangeKey {
  readonly slot: number;
  /** Given when it is another one than now: the lot does not know. */
  readonly serial?: string | null | undefined;
  /** UTC ISO; null: never. */
  readonly expiresAt?: string | null | undefined;
}

/** Corrects what is told of a key. Nobody may have been told already: not while it is held, not after its sale. */
export const changeKey = (state: LotState, { slot, serial, expiresAt }: ChangeKey): Decision =>
  withKey(state, slot, ({ status, sale, expiresAtMs }) => {
    if (status === 'reserved') return reject('KeyIsReserved');
    if (status === 'retired') return reject('KeyIsRetired');
    if (sale !== null) return reject('KeyIsSold');
    const sameExpiry = expiresAt === undefined || (expiresAt && Date.parse(expiresAt)) === expiresAtMs;
    if (serial === undefined && sameExpiry) return [];
    const changes = { ...(serial === undefined ? {} : { serial }), ...(sameExpiry ? {} : { expiresAt }) };
    return [{ type: 'KeyChanged', data: { slot, ...changes } }];
  });

/**
 * Records that somebody is about to be shown the text; every time. A retired key that nobody was shown stays
 * that way: it may have come in again since.
 */
export const revealKey = (state: LotState, { slot, by }: { slot: number; by: string }): Decision =>
  withKey(state, slot, ({ status, shown }) =>
    status === 'retired' && !shown ? reject('KeyIsRetired') : [{ type: 'KeyRevealed', data: { slot, by } }],
  );

/** Takes every key of a lot off sale for good, sold ones apart; none while one of them is reserved. */
export const retireLot = (state: LotState, reason: string): LotEvent[] | Rejection<'KeysReserved'> =>
  state.open.size > 0 ? reject('KeysReserved') : retireUnreserved(state, reason);

/** Takes every key of a lot off sale for good, those that are reserved or sold apart. */
export function retireUnreserved(state: LotState, reason: string): LotEvent[] {
  const events: LotEvent[] = [];
  state.slots.forEach(({ status }, slot) => {
    if (status === 'free' || status === 'quarantined')
      events.push({ type: 'KeyRetired', data: { slot, reason } });
  });
  return events;
}
