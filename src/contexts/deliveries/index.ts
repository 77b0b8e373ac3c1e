/** The deliveries context: keys by e-mail, what becomes of them, and who must not be written to any more. */
import type { Provider } from '@nestjs/common';
import { EraseCustomerHandler } from './commands/erase-customer.js';
import { LiftSuppressionHandler } from './commands/lift-suppression.js';
import { ReportDeliveryHandler, SuppressionNumbering } from './commands/report-delivery.js';
import { ResendOrderHandler } from './commands/request-resend.js';
import { DeliverySender } from './commands/send-delivery.js';
import { DeliveryIndex } from './delivery-index.js';

export { EraseCustomer, type ErasedCustomer } from './commands/erase-customer.js';
export { LiftSuppression } from './commands/lift-suppression.js';
export {
  endsTrust,
  type MailReport,
  messageStream,
  ReportDelivery,
  SuppressionNumbering,
} from './commands/report-delivery.js';
export { ResendOrder } from './commands/request-resend.js';
export { DeliverySender } from './commands/send-delivery.js';
export { DeliveryIndex, type SendName } from './delivery-index.js';
export { mailRetryWaitMs } from './domain/delivery.decider.js';
export { Delivery, type DeliveryState, type DeliveryStatus, movesForward } from './domain/delivery.js';
export { Erasure } from './domain/erasure.js';
export { keepReport, MailReports } from './domain/mail-report.js';
export { Suppression, type SuppressionState, suppress } from './domain/suppression.js';
export type { DeliveryEvent, Recipient, Report } from './events/delivery.events.js';
export type { SuppressionEvent } from './events/suppression.events.js';
export { type ComposedMail, composeMail, type KeyDelivery } from './message/compose.js';
export { DeliveredKeys, MailSettings, Recipients, SuppressionNumbers } from './ports.js';
export type { DeliveryRejection } from './rejections.js';

/** What the composition root registers, beside implementations of the ports and a `Mailer`. */
export const DELIVERIES_PROVIDERS: Provider[] = [
  DeliveryIndex,
  SuppressionNumbering,
  DeliverySender,
  ResendOrderHandler,
  ReportDeliveryHandler,
  LiftSuppressionHandler,
  EraseCustomerHandler,
];
