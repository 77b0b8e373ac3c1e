/** The wallets context: balances, holds and movements in double entry. */
export {
  type CaptureFunds,
  captureFunds,
  type HoldFunds,
  holdFunds,
  type PostFunds,
  postFunds,
  releaseFunds,
  type WalletRejection,
} from './domain/wallet.decider.js';
export {
  availableMinor,
  type Hold,
  Wallet,
  type WalletState,
  walletCurrency,
  walletId,
  walletOperations,
} from './domain/wallet.js';
export type { CounterAccount, ReservationPlan, WalletEvent } from './events/wallet.events.js';
