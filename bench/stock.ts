import { median } from './figures.js';
import { becomesIdle, rssAnonBytes } from './process-usage.js';
import { Shop } from './shop.js';

export interface StockFigures {
  readonly keys: number;
  readonly keysPerSecond: number;
  /** Anonymous memory after a restart, with an empty store and with the stock, MiB. */
  readonly emptyMb: number;
  readonly fullMb: number;
  readonly mbPerMillionKeys: number;
  /** Median of one purchase at a time, ms. */
  readonly buyAtFewMs: number;
  readonly buyAtManyMs: number;
}

const FEW_KEYS = 1_000;
const PURCHASES = 400;

async function medianPurchase(shop: Shop, prefix: string): Promise<number> {
  const took: number[] = [];
  for (let order = 0; order < PURCHASES; order += 1) took.push(await shop.buy(`${prefix}-${order}`));
  // The first ones warm caches and check the password.
  return median(took.slice(PURCHASES / 4));
}

/** What a large stock costs: memory after a restart, and whether a purchase gets slower. */
export async function measureStock(keys: number): Promise<StockFigures> {
  const shop = await Shop.open();
  try {
    await shop.restart();
    await becomesIdle(shop.server.pid);
    const emptyMb = rssAnonBytes(shop.server.pid) / 2 ** 20;
    await shop.takeIn(FEW_KEYS);
    const buyAtFewMs = await medianPurchase(shop, 'few');
    const startedAt = performance.now();
    await shop.takeIn(keys);
    const keysPerSecond = keys / ((performance.now() - startedAt) / 1000);
    await becomesIdle(shop.server.pid);
    await shop.restart();
    await becomesIdle(shop.server.pid);
    const fullMb = rssAnonBytes(shop.server.pid) / 2 ** 20;
    const buyAtManyMs = await medianPurchase(shop, 'many');
    const mbPerMillionKeys = ((fullMb - emptyMb) * 1_000_000) / keys;
    return { keys, keysPerSecond, emptyMb, fullMb, mbPerMillionKeys, buyAtFewMs, buyAtManyMs };
  } finally {
    await shop.close();
  }
}
