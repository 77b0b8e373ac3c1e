/** The wallets context: balances, holds and movements in double entry. */
import type { Provider } from '@nestjs/common';
import { AdjustBalanceHandler } from './commands/adjust-balance.js';
import { TopUpBalanceHandler } from './commands/top-up-balance.js';

export {
  AdjustBalance,
  type AdjustBalanceInput,
  type AdjustmentRejection,
  adjustmentId,
  advanceAdjustment,
} from './commands/adjust-balance.js';
export type { Balance, BalanceAfter } from './commands/balance.js';
export {
  advanceTopUp,
  TopUpBalance,
  type TopUpBalanceInput,
  type TopUpRejection,
  topUp,
  topUpId,
} from './commands/top-up-balance.js';
export { Adjustment, type AdjustmentState } from './domain/adjustment.js';
export { TopUp, type TopUpState } from './domain/topup.js';
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
export type { AdjustmentEvent } from './events/adjustment.events.js';
export type { TopUpEvent } from './events/topup.events.js';
export type { CounterAccount, ReservationPlan, WalletEvent } from './events/wallet.events.js';

/** What the composition root registers; the handlers need an `Executor`. */
export const WALLETS_PROVIDERS: Provider[] = [TopUpBalanceHandler, AdjustBalanceHandler];
