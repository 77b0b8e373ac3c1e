import type { Transaction } from '../../../platform/execution/transaction.js';
import { emailAddress } from '../../../platform/kernel/email-address.js';
import type { OrderClaim } from '../events/order.events.js';
import type { SaleDesk } from './sale-desk.js';

/** Where an order's keys are to be sent, as its claim says it. */
export interface DeliveryRequest {
  readonly recipient: OrderClaim['email'];
  /** Something was given, and it is no address. */
  readonly isInvalid: boolean;
}

/** Seals the address that a buyer gave; null: none was given. */
export async function deliveryRequest(
  desk: SaleDesk,
  orderId: string,
  email: string | null,
): Promise<DeliveryRequest> {
  const address = email === null ? null : emailAddress(email);
  const recipient = address === null ? null : await desk.customers.seal(orderId, address);
  return { recipient, isInvalid: email !== null && address === null };
}

/** The claim's fields. A suppressed address stays in it, so that the delivery shows why nothing is sent. */
export function deliveryFields(
  tx: Transaction,
  desk: SaleDesk,
  { recipient, isInvalid }: DeliveryRequest,
): Pick<OrderClaim, 'email' | 'emailRefused'> {
  const isRefused = isInvalid || (recipient !== null && desk.suppressions.isSuppressed(tx, recipient.hash));
  return { email: recipient, ...(isRefused ? { emailRefused: true } : {}) };
}
