import { Injectable, NotFoundException } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import type { SupplierDocument } from '../../../../projections/catalog/suppliers.projection.js';
import type { KeyDocument } from '../../../../projections/inventory/keys.projection.js';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import { keyId, parseKeyNumber } from '../../../contexts/inventory/index.js';
import type { Principal } from '../../../platform/auth/tokens.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import { PartnerScope } from '../partners/partner-scope.js';
import { KeySelections } from './key.selection.js';

const MASKED = '********';

/** The zone in which a key's last day ends. */
export abstract class BusinessZone {
  /** IANA name. */
  abstract readonly timeZone: string;
}

/** How keys look outside: never with their text, unless the caller just gave it or had it revealed. */
@Injectable()
export class KeyViews {
  private readonly day: Intl.DateTimeFormat;

  constructor(
    private readonly models: ReadModels,
    private readonly selections: KeySelections,
    private readonly scope: PartnerScope,
    zone: BusinessZone,
  ) {
    // Sweden writes dates as ISO does.
    this.day = new Intl.DateTimeFormat('sv-SE', { timeZone: zone.timeZone, dateStyle: 'short' });
  }

  /** A key by its id, or by any of the longer numbers that its reservations had. @throws 404 */
  async find(number: number): Promise<KeyDocument> {
    const place = parseKeyNumber(String(number));
    const key = place && (await this.models.get<KeyDocument>('keys', keyId(place.lot, place.slot)));
    if (!key) throw new NotFoundException('Key not found');
    return key;
  }

  async key(principal: Principal, key: KeyDocument, keyText: string | null = null) {
    const pkg = await this.models.get<PackageDocument>('packages', key.packageId);
    const partnerId = await this.partnerNumber(principal, key.partnerId);
    return {
      id: Number(key._id),
      package_id: pkg?.id ?? null,
      key_text: keyText ?? MASKED,
      serial_number: key.serial,
      status: this.selections.statusOf(key),
      expires_at: key.expiresAt && this.lastDay(key.expiresAt),
      partner_id: partnerId,
      order_id: partnerId === null ? null : await this.orderNumber(key.orderId),
      reserved_until: key.reservedUntil,
      sold_at: key.soldAt,
      created_at: key.createdAt,
      updated_at: key.updatedAt,
    };
  }

  /** A key and what it belongs to. */
  async withHierarchy(principal: Principal, key: KeyDocument) {
    const pkg = await this.models.get<PackageDocument>('packages', key.packageId);
    const product = pkg && (await this.models.get<ProductDocument>('products', pkg.productId));
    const vendor = product && (await this.models.get<SupplierDocument>('suppliers', product.supplierId));
    return {
      ...(await this.key(principal, key)),
      vendor: vendor && { id: vendor.id, name: vendor.name },
      product: product && { id: product.id, name_en: product.names.en },
      package: pkg && { id: pkg.id, name_en: pkg.names.en },
    };
  }

  /** Public number of a partner; null for one that is none of the caller's. */
  async partnerNumber(principal: Principal, partnerId: string | null): Promise<number | null> {
    if (partnerId === null || !(await this.scope.covers(principal, partnerId))) return null;
    return (await this.models.get<PartnerDocument>('partners', partnerId))?.id ?? null;
  }

  async orderNumber(orderId: string | null): Promise<number | null> {
    return orderId === null ? null : ((await this.models.get<OrderDocument>('orders', orderId))?.id ?? null);
  }

  /** The day that ends at this moment; the moment itself where no day of the zone ends. */
  private lastDay(expiresAt: string): string {
    const moment = Date.parse(expiresAt);
    const last = this.day.format(moment - 1);
    return this.day.format(moment) === last ? expiresAt : last;
  }
}
