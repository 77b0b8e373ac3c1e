import { NoticeIndex } from '../../src/contexts/webhooks/notices/notice-index.js';
import { NoticeStorage } from '../../src/contexts/webhooks/notices/notice-storage.js';
import { indexEvent, MemoryKeep } from './index-keep.js';

export const PARTNER = 'partner-a';
export const OTHER = 'partner-b';
const WALLET = `${PARTNER}.main.AZN`;

export type Fact = readonly [category: string, id: string, type: string, data: unknown];

export const registered = (id: string): Fact => [
  'partner',
  id,
  'PartnerRegistered',
  { publicId: 1, status: 'active' },
];
export const alerts = (balanceAlerts: object): Fact => [
  ...(['partner', PARTNER, 'PartnerBalanceAlertsChanged'] as const),
  { balanceAlerts },
];
export const credited = (amount: number): Fact => [
  'wallet',
  WALLET,
  'FundsCredited',
  { amount: String(amount) },
];
export const held = (amount: number): Fact => ['wallet', WALLET, 'FundsHeld', { amount: String(amount) }];
export const captured = (amount: number, released: number): Fact => [
  ...(['wallet', WALLET, 'FundsCaptured'] as const),
  { amount: String(amount), released: String(released) },
];
export const released = (amount: number): Fact => [
  'wallet',
  WALLET,
  'FundsReleased',
  { amount: String(amount) },
];
export const order = (id: string, type: string, partner = PARTNER): Fact => [
  'order',
  id,
  type,
  { sale: { partner } },
];
export const access = (id: string, productIds: string[] | null, packageIds: string[] | null = null): Fact => [
  ...(['partner', id, 'PartnerAccessChanged'] as const),
  { allProducts: productIds === null, productIds: productIds ?? [], packageIds },
];
export const created: Fact = ['package', 'pkg', 'PackageCreated', { publicId: 7, productId: 'product' }];
export const activated = (because: string): Fact => ['package', 'pkg', 'PackageActivated', { because }];
export const webhook = (type: string, data: object = {}): Fact => [
  'webhooks',
  PARTNER,
  type,
  { webhook: 1, ...data },
];
export const ENDPOINT = webhook('WebhookCreated', { eventTypes: ['order.confirmed', 'balance.low'] });
export const attempted = (
  notice: string,
  outcome: 'delivered' | 'failed',
  nextAttempt: string | null = null,
): Fact => [
  ...(['callback', `1.${notice}`, 'CallbackAttempted'] as const),
  { webhook: 1, notice, round: 1, outcome, nextAttempt },
];

interface Kept {
  readonly position: number;
  readonly index: Iterable<[string, unknown]>;
  readonly storage: Iterable<[string, unknown]>;
}

/** An index over facts, and what it keeps. */
export function world(kept: Kept = { position: 0, index: [], storage: [] }) {
  const keeps = { index: new MemoryKeep(kept.index), storage: new MemoryKeep(kept.storage) };
  let { position } = kept;
  const open = () => {
    const storage = new NoticeStorage();
    storage.attach(keeps.storage);
    return new NoticeIndex(storage);
  };
  const index = open();
  index.restore(keeps.index.entries);
  const foldAt = (atMs: number, ...facts: Fact[]): void => {
    for (const [category, id, type, data] of facts) {
      position += 1;
      index.apply(indexEvent(category, id, { type, data }, position, atMs), keeps.index);
    }
    index.afterBatch(keeps.index);
  };
  const fold = (...facts: Fact[]): void => foldAt(0, ...facts);
  /** The same after a restart. */
  const reopened = () => {
    const again = open();
    again.restore(keeps.index.entries);
    return again;
  };
  const told = (partner = PARTNER) => index.read(partner, 0, 1_000).map(({ type }) => type);
  const keptNow = (): Kept => ({
    position,
    index: [...keeps.index.entries],
    storage: [...keeps.storage.entries],
  });
  return { index, fold, foldAt, reopened, told, keptNow };
}
