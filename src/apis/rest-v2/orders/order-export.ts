import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import type { KeyDocument } from '../../../../projections/inventory/keys.projection.js';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import type { Filter, Sort } from '../../../platform/read-store/read-store.js';
import { decimalOf } from '../amounts.js';
import { csvCell } from '../csv.js';

const HEADER =
  'order_id,id,status,partner_id,partner,product_id,product,package_id,package,key_id,serial_number,price,currency,' +
  'amount_azn,created_at,confirmed_at\r\n';
const BYTE_ORDER_MARK = '\ufeff';
/** Names are looked up once for an export, while there are no more than this. */
const REMEMBERED_NAMES = 20_000;

type Kind = 'partners' | 'products' | 'packages';
type Named = PartnerDocument | ProductDocument | PackageDocument;

const nameOf = (named: Named): string => ('names' in named ? named.names.en : named.name);

/** Orders as a file of any length: one batch is in memory, and the next is read when the reader took this one. */
@Injectable()
export class OrderExport {
  constructor(private readonly models: ReadModels) {}

  /** UTF-8, without key texts. */
  stream(filter: Filter, sort: Sort, withByteOrderMark: boolean): Readable {
    return Readable.from(this.chunks(filter, sort, withByteOrderMark), { objectMode: false });
  }

  private async *chunks(filter: Filter, sort: Sort, withByteOrderMark: boolean): AsyncGenerator<Buffer> {
    yield Buffer.from(withByteOrderMark ? `${BYTE_ORDER_MARK}${HEADER}` : HEADER);
    const names = new Map<string, string>();
    for await (const orders of this.models.scan<OrderDocument>('orders', { filter, sort })) {
      await this.lookUp(orders, names);
      const keys = await Promise.all(orders.map((order) => this.keyOf(order)));
      yield Buffer.from(orders.map((order, place) => line(order, names, keys[place]!)).join(''));
      if (names.size > REMEMBERED_NAMES) names.clear();
    }
  }

  private keyOf({ units: [unit] }: OrderDocument) {
    return unit?.keyId ? this.models.get<KeyDocument>('keys', unit.keyId) : null;
  }

  /** Adds the number and name of what the orders name by UUID: two cells each. */
  private async lookUp(orders: readonly OrderDocument[], names: Map<string, string>): Promise<void> {
    const look = async (kind: Kind, id: string): Promise<void> => {
      const named = await this.models.get<Named>(kind, id);
      names.set(id, named ? `${named.id},${csvCell(nameOf(named))}` : NOTHING);
    };
    for (const { partnerId, units } of orders) {
      if (!names.has(partnerId)) await look('partners', partnerId);
      for (const { productId, packageId } of units) {
        if (!names.has(productId)) await look('products', productId);
        if (!names.has(packageId)) await look('packages', packageId);
      }
    }
  }
}

/** Two empty cells. */
const NOTHING = ',';

function line(order: OrderDocument, names: ReadonlyMap<string, string>, key: KeyDocument | null): string {
  const { amount, amountAzn, currency } = order;
  const unit = order.units[0];
  const product = (unit && names.get(unit.productId)) ?? NOTHING;
  const pkg = (unit && names.get(unit.packageId)) ?? NOTHING;
  const who = `${csvCell(order.reference)},${order.id},${order.status},${names.get(order.partnerId)}`;
  const what = `${product},${pkg},${unit?.keyId ?? ''},${csvCell(key?.serial ?? '')}`;
  const azn = amountAzn === null ? '' : decimalOf(amountAzn, 'AZN');
  const price = `${decimalOf(amount, currency)},${currency},${azn}`;
  return `${who},${what},${price},${order.createdAt},${order.confirmedAt ?? ''}\r\n`;
}
