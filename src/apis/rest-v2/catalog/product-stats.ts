import type { SupplierDocument } from '../../../../projections/catalog/suppliers.projection.js';
import type { CatalogReader } from './catalog.reader.js';

interface Tally {
  total: number;
  active: number;
  inactive: number;
}

const none = (): Tally => ({ total: 0, active: 0, inactive: 0 });

function count(tally: Tally, status: 'active' | 'inactive'): void {
  tally.total += 1;
  tally[status] += 1;
}

/** How many products there are, over all and for each vendor, vendors with the most products first. */
export async function productStats(reader: CatalogReader) {
  const all = none();
  const byVendor = new Map<string, Tally>();
  for await (const products of reader.products()) {
    for (const { supplierId, status } of products) {
      const tally = byVendor.get(supplierId) ?? none();
      byVendor.set(supplierId, tally);
      count(all, status);
      count(tally, status);
    }
  }
  const vendors = await Promise.all(
    [...byVendor].map(async ([id, tally]) => {
      const vendor = await reader.named<SupplierDocument>('suppliers', id);
      return { vendor_id: vendor?.id ?? null, vendor_name: vendor?.name ?? null, ...tally };
    }),
  );
  vendors.sort((a, b) => b.total - a.total || (a.vendor_id ?? 0) - (b.vendor_id ?? 0));
  return { ...all, by_vendor: vendors };
}
