/** The ordering context: sales in one step and in two, their undoing, and their recovery. */
import type { Provider } from '@nestjs/common';
import { BuyKeyHandler } from './commands/buy-key.js';
import { CancelReservationHandler } from './commands/cancel-reservation.js';
import { ConfirmSaleHandler } from './commands/confirm-sale.js';
import { RefundOrderHandler } from './commands/refund-order.js';
import { ReplaceKeyHandler } from './commands/replace-key.js';
import { ReserveKeyHandler } from './commands/reserve-key.js';
import { SaleDesk } from './commands/sale-desk.js';
import { GetOrderPricingHandler } from './queries/get-order-pricing.js';

export { advanceReplacement } from './commands/advance-replacement.js';
export { advanceSale, type SaleIntent, type SaleTerms } from './commands/advance-sale.js';
export { type BoughtKey, BuyKey, type BuyKeyInput } from './commands/buy-key.js';
export { CancelReservation, type CancelReservationInput } from './commands/cancel-reservation.js';
export { type ConfirmedSale, ConfirmSale, type ConfirmSaleInput } from './commands/confirm-sale.js';
export { KeysUnreadable } from './commands/readable-lots.js';
export { advanceRefund, RefundOrder, type RefundOrderInput } from './commands/refund-order.js';
export { ReplaceKey, type ReplaceKeyInput } from './commands/replace-key.js';
export { endDueReservations, readOpenReservation } from './commands/reservations.js';
export { type ReservedKey, ReserveKey, type ReserveKeyInput } from './commands/reserve-key.js';
export { Order, type OrderState, type OrderStatus } from './domain/order.js';
export type { OrderClaim, OrderEvent, PriceFacts, SaleFigures, SoldUnit } from './events/order.events.js';
export { type OrderIdForm, orderId } from './order-id.js';
export {
  CustomerSecrets,
  KeyTextReader,
  OrderNumbers,
  PackageDirectory,
  SaleSettings,
  StockCandidates,
  Suppressions,
} from './ports.js';
export { GetOrderPricing, type UnitPricing } from './queries/get-order-pricing.js';
export type { OrderingRejection } from './rejections.js';

/** What the composition root registers, beside implementations of the ports. */
export const ORDERING_PROVIDERS: Provider[] = [
  SaleDesk,
  ReserveKeyHandler,
  ConfirmSaleHandler,
  CancelReservationHandler,
  BuyKeyHandler,
  RefundOrderHandler,
  ReplaceKeyHandler,
  GetOrderPricingHandler,
];
