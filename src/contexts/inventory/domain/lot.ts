import { List } from 'immutable';
import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import type { StoredMoney } from '../../../platform/kernel/money.js';
import { NewestMap } from '../../../platform/kernel/newest-map.js';
import {
  emptyWindow,
  type OperationWindow,
  recordOperation,
} from '../../../platform/kernel/operation-window.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { LotEvent, ReleaseTarget, TakenKey } from '../events/lot.events.js';
import { operationsOf } from './lot-operations.js';

export interface SlotReservation {
  readonly id: string;
  readonly ordinal: number;
  readonly partner: string;
  readonly wallet: string;
  readonly currency: string;
  readonly deadlineMs: number;
}

export type SlotStatus = 'free' | 'reserved' | 'sold' | 'retired' | 'quarantined';

export interface Slot {
  readonly status: SlotStatus;
  /** Milliseconds; null: never expires. */
  readonly expiresAtMs: number | null;
  /** How many reservations the slot has had. */
  readonly reservations: number;
  /** The reservation that holds the slot, or that was sold from. */
  readonly reservation: SlotReservation | null;
  readonly sale: { readonly order: string; readonly attempt: number; readonly unit: number } | null;
  /** Whether anybody was ever shown the text. */
  readonly shown: boolean;
  /** When it last came back to stock; null if it never left. */
  readonly releasedAtMs: number | null;
}

export interface LotState {
  readonly status: 'absent' | 'open' | 'voided';
  readonly package: string;
  readonly product: string;
  readonly supplier: string;
  readonly unitCost: StoredMoney | null;
  readonly slots: List<Slot>;
  /** Slots by expiry, then number: the order in which keys that never left are offered. */
  readonly offerOrder: readonly number[];
  /** Every slot before this place in `offerOrder` has left the fresh stock. */
  readonly offerFrom: number;
  /** Slots that came back to stock, in the order of their return. */
  readonly returned: List<number>;
  /** Slot of each open reservation. */
  readonly open: NewestMap<number>;
  /** Free keys, whatever their expiry. */
  readonly free: number;
  readonly operations: OperationWindow;
}

const EMPTY: LotState = {
  status: 'absent',
  package: '',
  product: '',
  supplier: '',
  unitCost: null,
  slots: List<Slot>(),
  offerOrder: [],
  offerFrom: 0,
  returned: List<number>(),
  open: NewestMap.empty(),
  free: 0,
  operations: emptyWindow(),
};

/** Category `lot`, id = lot number. Slot states of at most 1,000 keys; no ciphertext. */
export const Lot: Aggregate<LotState, LotEvent> = {
  category: 'lot',
  stateVersion: 1,
  initial: EMPTY,
  weight: 100,
  evolve(state, event, place) {
    let next = change(state, event);
    for (const [operation, outcome] of operationsOf(event)) {
      next = { ...next, operations: recordOperation(next.operations, operation, outcome, place.revision) };
    }
    return next;
  },
  // The window is left out: an operation claimed before the snapshot is looked up in the stream.
  snapshot: {
    encode: ({ operations: _, open: __, ...state }): StoredLot => ({
      ...state,
      slots: state.slots.toArray(),
      returned: state.returned.toArray(),
    }),
    decode: (json: StoredLot, revision) => ({
      ...json,
      slots: List(json.slots),
      returned: List(json.returned),
      open: NewestMap.of(
        json.slots.flatMap((slot, number) =>
          slot.status === 'reserved' ? [[slot.reservation!.id, number] as const] : [],
        ),
      ),
      operations: emptyWindow(revision + 1),
    }),
  },
};

/** A lot's state as a snapshot: what follows from the rest is left out. */
type StoredLot = Omit<LotState, 'slots' | 'returned' | 'open' | 'operations'> & {
  readonly slots: readonly Slot[];
  readonly returned: readonly number[];
};

function change(state: LotState, event: LotEvent): LotState {
  switch (event.type) {
    case 'LotOpened':
      return {
        ...state,
        status: 'open',
        package: event.data.package,
        product: event.data.product,
        supplier: event.data.supplier,
        unitCost: event.data.unitCost,
      };
    case 'KeysTakenIn':
      return takeIn(state, event.data.keys);
    case 'LotVoided':
      return { ...state, status: 'voided' };
    case 'KeyReserved':
      return reserved(state, event.data);
    case 'ReservationCancelled':
    case 'ReservationExpired':
      return released(state, event.data);
    case 'KeySold':
      return sold(state, event.data);
    case 'KeyQuarantined':
      return withdraw(state, event.data.slot, 'quarantined');
    case 'KeyRetired':
      return withdraw(state, event.data.slot, 'retired');
    case 'KeyReleased':
      return putBack(state, event.data.slot, event.data.at);
    case 'KeyChanged':
      return event.data.expiresAt === undefined
        ? state
        : changeExpiry(state, event.data.slot, event.data.expiresAt);
    case 'KeyRevealed':
      return changeSlot(state, event.data.slot, { shown: true });
    case 'ReservationRefused':
    case 'SaleRefused':
      return state;
    default:
      return unreachable(event);
  }
}

const slotOf = (state: LotState, slot: number): Slot => {
  const found = state.slots.get(slot);
  if (!found) throw new Error(`slot ${slot} is not in the lot`);
  return found;
};

function changeSlot(state: LotState, slot: number, change: Partial<Slot>): LotState {
  return { ...state, slots: state.slots.set(slot, { ...slotOf(state, slot), ...change }) };
}

function takeIn(state: LotState, keys: readonly TakenKey[]): LotState {
  // Slots are never changed in place: those that expire together share one until they differ.
  const fresh = new Map<string | null, Slot>();
  const added = keys.map(({ expiresAt }) => {
    const slot = fresh.get(expiresAt) ?? freshSlot(expiresAt);
    fresh.set(expiresAt, slot);
    return slot;
  });
  const slots = state.slots.push(...added);
  const offerOrder = [...state.offerOrder, ...added.map((_, index) => state.slots.size + index)];
  const expires = added.some((slot) => slot.expiresAtMs !== null);
  return {
    ...state,
    slots,
    offerOrder: expires ? byExpiry(slots, offerOrder) : offerOrder,
    free: state.free + added.length,
  };
}

const freshSlot = (expiresAt: string | null): Slot => ({
  status: 'free',
  expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt),
  reservations: 0,
  reservation: null,
  sale: null,
  shown: false,
  releasedAtMs: null,
});

function byExpiry(slots: List<Slot>, numbers: readonly number[]): number[] {
  const expiry = (slot: number): number => slots.get(slot)?.expiresAtMs ?? Number.MAX_SAFE_INTEGER;
  return [...numbers].sort((a, b) => expiry(a) - expiry(b) || a - b);
}

function changeExpiry(state: LotState, slot: number, expiresAt: string | null): LotState {
  const expiresAtMs = expiresAt === null ? null : Date.parse(expiresAt);
  const changed = changeSlot(state, slot, { expiresAtMs });
  const offerOrder = byExpiry(changed.slots, changed.offerOrder);
  return advanceOffer({ ...changed, offerOrder, offerFrom: 0 });
}

/** The state after a free slot left the free stock. */
function leaveStock(state: LotState, slot: number): LotState {
  const before = slotOf(state, slot);
  if (before.status !== 'free') return state;
  const next = { ...state, free: state.free - 1 };
  if (before.releasedAtMs !== null) {
    return { ...next, returned: state.returned.remove(state.returned.indexOf(slot)) };
  }
  return next;
}

/** Moves the offer past the slots that are no longer fresh. */
function advanceOffer(state: LotState): LotState {
  let from = state.offerFrom;
  while (from < state.offerOrder.length) {
    const slot = slotOf(state, state.offerOrder[from]!);
    if (slot.status === 'free' && slot.releasedAtMs === null) break;
    from += 1;
  }
  return from === state.offerFrom ? state : { ...state, offerFrom: from };
}

type Body<Type extends LotEvent['type']> = Extract<LotEvent, { type: Type }>['data'];

function reserved(state: LotState, data: Body<'KeyReserved'>): LotState {
  const left = leaveStock(state, data.slot);
  const changed = changeSlot(left, data.slot, {
    status: 'reserved',
    reservations: data.ordinal + 1,
    shown: slotOf(state, data.slot).shown || data.shown,
    reservation: {
      id: data.reservation,
      ordinal: data.ordinal,
      partner: data.partner,
      wallet: data.wallet,
      currency: data.currency,
      deadlineMs: Date.parse(data.deadline),
    },
  });
  return advanceOffer({ ...changed, open: changed.open.set(data.reservation, data.slot) });
}

function released(
  state: LotState,
  data: { slot: number; reservation: string; to: ReleaseTarget; at: string },
): LotState {
  const open = state.open.remove(data.reservation);
  if (data.to === 'quarantine') {
    return { ...changeSlot(state, data.slot, { status: 'quarantined', reservation: null }), open };
  }
  return { ...putBack(state, data.slot, data.at), open };
}

/** The state after a key came back to stock. */
function putBack(state: LotState, slot: number, at: string): LotState {
  const releasedAtMs = Date.parse(at);
  const back = changeSlot(state, slot, { status: 'free', reservation: null, releasedAtMs });
  return { ...back, returned: back.returned.push(slot), free: back.free + 1 };
}

function sold(state: LotState, data: Body<'KeySold'>): LotState {
  const next = advanceOffer(
    changeSlot(leaveStock(state, data.slot), data.slot, {
      status: 'sold',
      shown: true,
      sale: { order: data.order, attempt: data.attempt, unit: data.unit },
    }),
  );
  return data.reservation === undefined ? next : { ...next, open: next.open.remove(data.reservation) };
}

function withdraw(state: LotState, slot: number, status: 'quarantined' | 'retired'): LotState {
  return advanceOffer(changeSlot(leaveStock(state, slot), slot, { status, releasedAtMs: null }));
}
