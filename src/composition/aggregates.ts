import { Category, Package, Product, Supplier } from '../contexts/catalog/index.js';
import { Delivery, Erasure, MailReports, Suppression } from '../contexts/deliveries/index.js';
import { Intake, Lot } from '../contexts/inventory/index.js';
import { Order } from '../contexts/ordering/index.js';
import { Claim, Partner, Staff } from '../contexts/partners/index.js';
import { Rates } from '../contexts/pricing/index.js';
import { Adjustment, TopUp, Wallet } from '../contexts/wallets/index.js';
import { Callback, Webhooks } from '../contexts/webhooks/index.js';
import type { AnyAggregate } from '../platform/audit/audit-log.js';
import { Session } from '../platform/auth/session.js';
import { Sequence } from '../platform/numbers/public-ids.js';

/** Whatever has state in the log: auditors may look at it as of any moment. */
export const AGGREGATES: readonly AnyAggregate[] = [
  Category,
  Product,
  Package,
  Supplier,
  Intake,
  Lot,
  Order,
  Partner,
  Staff,
  Claim,
  Rates,
  Wallet,
  TopUp,
  Adjustment,
  Delivery,
  Suppression,
  Erasure,
  MailReports,
  Webhooks,
  Callback,
  Session,
  Sequence,
];
