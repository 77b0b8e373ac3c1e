import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import type { KeyDocument } from '../../../../projections/inventory/keys.projection.js';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import type { Filter, ReadDocument } from '../../../platform/read-store/read-store.js';
import { decimalOf } from '../amounts.js';
import { csvLine } from './csv-line.js';

const COLUMNS = [
  'order_id',
  'id',
  'status',
  'partner_id',
  'partner',
  'product_id',
  'product',
  'package_id',
  'package',
  'key_id',
  'serial_number',
  'price',
  'currency',
  'amount_azn',
  'created_at',
  'confirmed_at',
] as const;

const BYTE_ORDER_MARK = '\ufeff';
/** Names are looked up once for an export, while there are no more than this. */
const REMEMBERED_NAMES = 20_000;

type Cell = string | number | null;
type Named = ReadDocument & { readonly id: number };

/** Orders as a file of any length: what is in memory is one batch, and the next is read when the reader took this one. */
@Injectable()
export class OrderExport {
  constructor(private readonly models: ReadModels) {}

  /** UTF-8, oldest first, without key texts. */
  stream(filter: Filter, withByteOrderMark: boolean): Readable {
    return Readable.from(this.chunks(filter, withByteOrderMark), { objectMode: false });
  }

  private async *chunks(filter: Filter, withByteOrderMark: boolean): AsyncGenerator<Buffer> {
    const names = new Names(this.models);
    yield Buffer.from(`${withByteOrderMark ? BYTE_ORDER_MARK : ''}${csvLine(COLUMNS)}`);
    const found = this.models.scan<OrderDocument>('orders', { filter, sort: { createdAt: 1 } });
    for await (const orders of found) {
      let text = '';
      for (const order of orders) text += csvLine(await this.cells(order, names));
      yield Buffer.from(text);
    }
  }

  private async cells(order: OrderDocument, names: Names): Promise<Cell[]> {
    const unit = order.units[0];
    const { amountAzn } = order;
    return [
      order.reference,
      order.id,
      order.status,
      ...(await names.of<PartnerDocument>('partners', order.partnerId, ({ name }) => name)),
      ...(await names.of<ProductDocument>('products', unit?.productId, (product) => product.names.en)),
      ...(await names.of<PackageDocument>('packages', unit?.packageId, (pkg) => pkg.names.en)),
      unit?.keyId ?? null,
      unit?.keyId ? await this.serialOf(unit.keyId) : null,
      decimalOf(order.amount, order.currency),
      order.currency,
      amountAzn === null ? null : decimalOf(amountAzn, 'AZN'),
      order.createdAt,
      order.confirmedAt,
    ];
  }

  private async serialOf(keyId: number): Promise<string | null> {
    const key = await this.models.get<KeyDocument>('keys', keyId);
    return key?.serial ?? null;
  }
}

/** Number and name of what orders name by UUID. */
class Names {
  private readonly known = new Map<string, readonly [number | null, string | null]>();

  constructor(private readonly models: ReadModels) {}

  async of<D extends Named>(
    projection: string,
    id: string | undefined,
    nameOf: (document: D) => string,
  ): Promise<readonly [number | null, string | null]> {
    if (id === undefined) return [null, null];
    const known = this.known.get(id);
    if (known) return known;
    const document = await this.models.get<D>(projection, id);
    const named = document ? ([document.id, nameOf(document)] as const) : ([null, null] as const);
    if (this.known.size >= REMEMBERED_NAMES) this.known.clear();
    this.known.set(id, named);
    return named;
  }
}
