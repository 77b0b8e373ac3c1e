import { BadRequestException, Injectable, NotFoundException } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { KeyDocument } from '../../../../projections/inventory/keys.projection.js';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import { keyId, parseKeyNumber } from '../../../contexts/inventory/index.js';
import { Clock, isoTime } from '../../../platform/kernel/clock.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import type { Filter } from '../../../platform/read-store/read-store.js';
import type { KeyStatusNumber } from './keys.dto.js';

const MASKED = '********';

const NUMBERS = { available: 1, reserved: 2, sold: 3, retired: 4, quarantined: 5 } as const;
const EXPIRED = 6;
const STATUSES = ['available', 'reserved', 'sold', 'retired', 'quarantined', 'available'] as const;

/** The zone in which a key's last day ends. */
export abstract class BusinessZone {
  /** IANA name. */
  abstract readonly timeZone: string;
}

/** How keys look outside: never with their text, unless the caller just gave it. */
@Injectable()
export class KeyViews {
  private readonly day: Intl.DateTimeFormat;

  constructor(
    private readonly models: ReadModels,
    private readonly clock: Clock,
    zone: BusinessZone,
  ) {
    // Sweden writes dates as ISO does.
    this.day = new Intl.DateTimeFormat('sv-SE', { timeZone: zone.timeZone, dateStyle: 'short' });
  }

  /** A key by its id, or by any of the longer numbers that its reservations had. @throws 400, 404 */
  async find(number: string): Promise<KeyDocument> {
    if (!/^\d+$/.test(number)) throw new BadRequestException('id must be a number');
    const place = parseKeyNumber(number);
    const key = place && (await this.models.get<KeyDocument>('keys', keyId(place.lot, place.slot)));
    if (!key) throw new NotFoundException('Key not found');
    return key;
  }

  /** Available keys whose day is over count as expired from that moment on. */
  filterOf(status: KeyStatusNumber | undefined): Filter {
    if (status === undefined) return {};
    const now = isoTime(this.clock.now());
    const named = STATUSES[status - 1]!;
    if (status === EXPIRED) return { status: named, expiresAt: { $lte: now } };
    if (named === 'available')
      return { status: named, $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }] };
    return { status: named };
  }

  async key(key: KeyDocument, keyText: string | null = null) {
    const pkg = await this.models.get<PackageDocument>('packages', key.packageId);
    const partner = key.partnerId && (await this.models.get<PartnerDocument>('partners', key.partnerId));
    const order = key.orderId && (await this.models.get<OrderDocument>('orders', key.orderId));
    return {
      id: Number(key._id),
      package_id: pkg?.id ?? null,
      key_text: keyText ?? MASKED,
      serial_number: key.serial,
      status: this.statusOf(key),
      expires_at: key.expiresAt && this.lastDay(key.expiresAt),
      partner_id: partner ? partner.id : null,
      order_id: order ? order.id : null,
      reserved_until: key.reservedUntil,
      sold_at: key.soldAt,
      created_at: key.createdAt,
      updated_at: key.updatedAt,
    };
  }

  private statusOf({ status, expiresAt }: KeyDocument): KeyStatusNumber {
    if (status !== 'available' || expiresAt === null) return NUMBERS[status];
    return Date.parse(expiresAt) <= this.clock.now() ? EXPIRED : NUMBERS.available;
  }

  /** The day that ends at this moment; the moment itself where no day of the zone ends. */
  private lastDay(expiresAt: string): string {
    const moment = Date.parse(expiresAt);
    const last = this.day.format(moment - 1);
    return this.day.format(moment) === last ? expiresAt : last;
  }
}
