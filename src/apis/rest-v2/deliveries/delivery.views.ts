import { Injectable } from '@nestjs/common';
import type { DeliveryDocument } from '../../../../projections/deliveries/deliveries.projection.js';
import type { SuppressionDocument } from '../../../../projections/deliveries/suppressions.projection.js';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import { type Recipient, Recipients } from '../../../contexts/deliveries/index.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import { VaultError } from '../../../platform/security/vault.js';

/** How deliveries look outside: no address is shown whole. */
@Injectable()
export class DeliveryViews {
  constructor(
    private readonly models: ReadModels,
    private readonly recipients: Recipients,
  ) {}

  /** The delivery of an order; null if none was asked for. */
  async ofOrder(orderId: string) {
    const delivery = await this.models.get<DeliveryDocument>('deliveries', orderId);
    return delivery && this.standing(delivery);
  }

  async delivery(delivery: DeliveryDocument) {
    const partner = await this.models.get<PartnerDocument>('partners', delivery.partnerId);
    return {
      order: delivery.orderNumber,
      partner_id: partner?.id ?? null,
      sends: delivery.send,
      ...(await this.standing(delivery)),
      retry_at: delivery.retryAt,
      language: delivery.language,
      provider: delivery.provider,
      requested_at: delivery.requestedAt,
      sent_at: delivery.sentAt,
      opened_at: delivery.openedAt,
    };
  }

  async suppression(suppression: SuppressionDocument) {
    const { _id: hash, id, reason, orderId, partnerId, recipient, suppressedAt } = suppression;
    const order = orderId === null ? null : await this.models.get<OrderDocument>('orders', orderId);
    const partner = partnerId === null ? null : await this.models.get<PartnerDocument>('partners', partnerId);
    return {
      id,
      address_masked: await this.masked(orderId ?? String(hash), recipient),
      reason,
      order: order?.id ?? null,
      partner_id: partner?.id ?? null,
      suppressed_at: suppressedAt,
    };
  }

  private async standing(delivery: DeliveryDocument) {
    return {
      status: delivery.status,
      attempts: delivery.attempts,
      last_error_code: delivery.lastErrorCode,
      updated_at: delivery.updatedAt,
      address_masked: await this.masked(String(delivery._id), delivery.recipient),
    };
  }

  private async masked(id: string, recipient: Recipient): Promise<string | null> {
    try {
      const address = await this.recipients.open(id, recipient);
      return `${[...address][0]}***${address.slice(address.lastIndexOf('@'))}`;
    } catch (error) {
      if (error instanceof VaultError && error.code === 'Erased') return null;
      throw error;
    }
  }
}
