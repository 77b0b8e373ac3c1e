import type { IndexedEvent, IndexKeep } from '../../../platform/indexes/local-index.js';
import { type DeliveryStatus, movesForward } from '../../deliveries/index.js';
import type { NoticeType } from '../events/webhooks.events.js';

interface KnownPartner {
  readonly publicId: number;
  readonly active: boolean;
  /** Products and packages that it may buy; null: all. */
  readonly products: readonly string[] | null;
  readonly packages: readonly string[] | null;
  /** Minor units by currency, below which its available balance is low. */
  readonly alerts: Readonly<Record<string, string>>;
}

/** Of one wallet. It changes with nearly every event, so it is changed in place. */
interface KnownBalance {
  readonly partner: string;
  readonly purpose: string;
  readonly currency: string;
  available: bigint;
  isLow: boolean;
}

function newBalance(wallet: string, available = 0n, isLow = false): KnownBalance {
  const [partner, purpose, currency] = wallet.split('.') as [string, string, string];
  return { partner, purpose, currency, available, isLow };
}

interface KnownPackage {
  readonly publicId: number;
  readonly product: string;
}

/** What is known of an order's e-mails: whose it is, and what was told last of each send. */
interface KnownDelivery {
  readonly partner: string;
  readonly orderNumber: number;
  readonly told: Readonly<Record<number, DeliveryStatus>>;
}

/** Entries that are read seldom and stay on disk. */
export interface DiskKeep {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
}

/** Somebody to tell, and what. */
export interface Told {
  readonly partner: string;
  readonly type: NoticeType;
  readonly object: string;
  readonly facts?: Readonly<Record<string, string | number | null>>;
}

const ORDER_TYPES: Readonly<Record<string, NoticeType>> = {
  OrderConfirmed: 'order.confirmed',
  OrderRefunded: 'order.refunded',
  OrderCancelled: 'order.cancelled',
};

/** That a message was opened is the customer's own affair. */
const REPORTED: readonly DeliveryStatus[] = ['delivered', 'bounced', 'complained', 'failed'];

/** Kept with each entry's kind before its id. */
type Entry = ['p', KnownPartner] | ['b', readonly [available: string, isLow: boolean]] | ['k', KnownPackage];

/**
 * Whom an event is told to. What that takes (who may buy what, when a balance is low) is folded along from the log, so
 * that the answer for an event is the same whenever and wherever it is asked.
 */
export class ToldOf {
  private readonly partners = new Map<string, KnownPartner>();
  private readonly balances = new Map<string, KnownBalance>();
  private readonly packages = new Map<string, KnownPackage>();
  private readonly changed = new Set<string>();

  constructor(private readonly disk: DiskKeep) {}

  restore(kind: string, id: string, value: unknown): void {
    if (kind === 'p') this.partners.set(id, value as KnownPartner);
    if (kind === 'k') this.packages.set(id, value as KnownPackage);
    if (kind !== 'b') return;
    const [available, isLow] = value as readonly [string, boolean];
    this.balances.set(id, newBalance(id, BigInt(available), isLow));
  }

  keepChanged(keep: IndexKeep): void {
    for (const key of this.changed) {
      const entry = this.entryOf(key);
      if (entry) keep.put(key, entry[1]);
      else keep.delete(key);
    }
    this.changed.clear();
  }

  by(event: IndexedEvent): readonly Told[] {
    switch (event.category) {
      case 'order':
        return toldOfOrder(event);
      case 'wallet':
        return this.byWallet(event);
      case 'partner':
        return this.byPartner(event);
      case 'package':
        return this.byPackage(event);
      case 'delivery':
        return this.byDelivery(event);
      default:
        return [];
    }
  }

  private byWallet({ id, type, data }: IndexedEvent): readonly Told[] {
    const change = availableChange(type, data);
    if (change === null) return [];
    let balance = this.balances.get(id);
    if (!balance) {
      balance = newBalance(id);
      this.balances.set(id, balance);
    }
    balance.available += change;
    this.changed.add(`b|${id}`);
    return this.edgeOf(id);
  }

  /** A balance is told of when it falls below its threshold, and again only after it has been above. */
  private edgeOf(wallet: string): readonly Told[] {
    const balance = this.balances.get(wallet);
    if (balance?.purpose !== 'main') return [];
    const { partner, currency } = balance;
    const threshold = this.partners.get(partner)?.alerts[currency];
    const isLow = threshold !== undefined && balance.available < BigInt(threshold);
    if (isLow === balance.isLow) return [];
    balance.isLow = isLow;
    this.changed.add(`b|${wallet}`);
    if (!isLow) return [];
    const facts = { currency, available: balance.available.toString(), threshold };
    return [{ partner, type: 'balance.low', object: `wallet-${wallet}`, facts }];
  }

  private byPartner({ id, type, data }: IndexedEvent): readonly Told[] {
    const known = this.partners.get(id);
    if (type === 'PartnerRegistered') {
      const { publicId, status } = data;
      const active = status === 'active';
      this.setPartner(id, { publicId, active, products: null, packages: null, alerts: {} });
    }
    if (!known) return [];
    if (type === 'PartnerStatusChanged') this.setPartner(id, { ...known, active: data.status === 'active' });
    if (type === 'PartnerAccessChanged') {
      const products = data.allProducts ? null : data.productIds;
      this.setPartner(id, { ...known, products, packages: data.packageIds });
    }
    if (type !== 'PartnerBalanceAlertsChanged') return [];
    this.setPartner(id, { ...known, alerts: data.balanceAlerts });
    const currencies = new Set([...Object.keys(known.alerts), ...Object.keys(data.balanceAlerts)]);
    return [...currencies].sort().flatMap((currency) => this.edgeOf(`${id}.main.${currency}`));
  }

  private setPartner(id: string, partner: KnownPartner): void {
    this.partners.set(id, partner);
    this.changed.add(`p|${id}`);
  }

  private byPackage({ id, type, data }: IndexedEvent): readonly Told[] {
    const known = this.packages.get(id);
    if (type === 'PackageCreated') {
      this.setPackage(id, { publicId: data.publicId, product: data.productId });
    }
    if (!known) return [];
    if (type === 'PackageChanged' && data.productId)
      this.setPackage(id, { ...known, product: data.productId });
    if (type === 'PackageDeleted') {
      this.packages.delete(id);
      this.changed.add(`k|${id}`);
    }
    if (type !== 'PackageActivated' || data.because !== 'stock') return [];
    const facts = { packageId: known.publicId };
    return [...this.partners]
      .filter(([, partner]) => mayBuy(partner, known.product, id))
      .map(([partner]) => ({ partner, type: 'package.back_in_stock', object: `package-${id}`, facts }));
  }

  /** Where each of an order's e-mails has come to, forward alone and each state once; never to whom. */
  private byDelivery({ id, type, data }: IndexedEvent): readonly Told[] {
    const key = `delivery|${id}`;
    const known = this.disk.get(key) as KnownDelivery | undefined;
    if (type === 'DeliveryRequested') {
      const { partner, orderNumber } = data;
      this.disk.put(key, { partner, orderNumber, told: known?.told ?? {} } satisfies KnownDelivery);
      return [];
    }
    const status = deliveryStatus(type, data);
    const { send } = data;
    if (!known || status === null || !movesForward(known.told[send] ?? 'pending', status)) return [];
    this.disk.put(key, { ...known, told: { ...known.told, [send]: status } } satisfies KnownDelivery);
    const facts = { orderNumber: known.orderNumber, send, status };
    return [{ partner: known.partner, type: 'delivery.updated', object: `order-${id}`, facts }];
  }

  private setPackage(id: string, pkg: KnownPackage): void {
    this.packages.set(id, pkg);
    this.changed.add(`k|${id}`);
  }

  private entryOf(key: string): Entry | null {
    const kind = key[0]!;
    const id = key.slice(2);
    if (kind === 'b') {
      const { available, isLow } = this.balances.get(id)!;
      return ['b', [available.toString(), isLow]];
    }
    if (kind === 'p') return ['p', this.partners.get(id)!];
    const pkg = this.packages.get(id);
    return pkg ? ['k', pkg] : null;
  }
}

function mayBuy({ active, products, packages }: KnownPartner, product: string, pkg: string): boolean {
  if (!active || (products && !products.includes(product))) return false;
  return packages === null || packages.includes(pkg);
}

function toldOfOrder({ id, type, data }: IndexedEvent): readonly Told[] {
  const told = ORDER_TYPES[type];
  const partner: string | undefined = told && data.sale?.partner;
  return told && partner ? [{ partner, type: told, object: `order-${id}` }] : [];
}

// biome-ignore lint/suspicious/noExplicitAny: narrowed by the event's type, as an index does.
function availableChange(type: string, data: any): bigint | null {
  switch (type) {
    case 'FundsHeld':
    case 'FundsDebited':
      return -BigInt(data.amount);
    case 'FundsCaptured':
      return BigInt(data.released);
    case 'FundsReleased':
    case 'FundsCredited':
      return BigInt(data.amount);
    default:
      return null;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: narrowed by the event's type, as an index does.
function deliveryStatus(type: string, data: any): DeliveryStatus | null {
  switch (type) {
    case 'DeliverySent':
      return 'sent';
    case 'DeliveryFailed':
      return 'failed';
    case 'DeliverySuppressed':
      return 'suppressed';
    case 'DeliveryErased':
      return 'erased';
    case 'DeliveryReported':
      return REPORTED.includes(data.report) ? data.report : null;
    default:
      return null;
  }
}
