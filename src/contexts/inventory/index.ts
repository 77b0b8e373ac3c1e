/** The inventory context: keys in lots, their intake, reservation and sale. */
export {
  AddKeys,
  type AddKeysRejection,
  type KeysAdded,
  type KeysToAdd,
  type SkipReason,
} from './commands/add-keys.js';
export { PackageLots } from './commands/package-lots.js';
export { QuarantineKey } from './commands/quarantine-key.js';
export { RetireKey } from './commands/retire-key.js';
export { type KeysRetired, RetireKeys } from './commands/retire-keys.js';
export {
  PACKAGE_DELETED,
  type RetiredKeys,
  RetirePackageKeys,
  type RetirePackageKeysRejection,
} from './commands/retire-package-keys.js';
export { RevealKey } from './commands/reveal-key.js';
export { type KeyUpdate, UpdateKey, type UpdateKeyRejection } from './commands/update-key.js';
export { Intake, type IntakeState } from './domain/intake.js';
export { type KeyHandlingRejection, retireKey } from './domain/key-handling.decider.js';
export { type KeyPlace, keyId, keyNumber, parseKeyNumber, placeOfKey } from './domain/key-number.js';
export {
  cancelReservation,
  expireReservation,
  type LotRejection,
  nextOffer,
  nextReservable,
  type OfferTerms,
  quarantineSoldKey,
  refuseReservation,
  refuseSale,
  reserveKey,
  retireFreeKeys,
  sellKey,
  sellReservedKey,
} from './domain/lot.decider.js';
export {
  Lot,
  type LotState,
  type Slot,
  type SlotReservation,
} from './domain/lot.js';
export {
  attemptOperation,
  lotOperations,
  reservationOperation,
  unitOperation,
} from './domain/lot-operations.js';
export type { ImportLines, IntakeEvent } from './events/intake.events.js';
export type { LotEvent } from './events/lot.events.js';
export {
  type ImportProgress,
  type ImportRejection,
  type ImportRequest,
  type ImportResult,
  KeyImporter,
} from './import/key-importer.js';
export { FingerprintIndex } from './indexes/fingerprint-index.js';
export { SerialIndex } from './indexes/serial-index.js';
export { StockIndex, type StockListener } from './indexes/stock-index.js';
export type { GivenKey, InvalidKeyReason } from './intake/key-preparer.js';
export type { IntakeRejection } from './intake/take-in-lot.js';
export { inventoryProviders } from './inventory.providers.js';
export { type KeyEvent, KeyHistory, type KeyHistoryEntry } from './queries/key-history.js';
export { KeySearch } from './queries/key-search.js';
export { type KeyText, KeyTexts } from './queries/key-texts.js';
