/** The inventory context: keys in lots, their intake, reservation and sale. */
export { type KeyPlace, keyId, keyNumber, parseKeyNumber } from './domain/key-number.js';
export {
  cancelReservation,
  expireReservation,
  type LotRejection,
  nextOffer,
  quarantineSoldKey,
  refuseReservation,
  refuseSale,
  reserveKey,
  sellKey,
  sellReservedKey,
} from './domain/lot.decider.js';
export {
  attemptOperation,
  Lot,
  type LotState,
  lotOperations,
  reservationOperation,
  type Slot,
  type SlotReservation,
  unitOperation,
} from './domain/lot.js';
export type { LotEvent } from './events/lot.events.js';
