import type { AnyProjection } from '../src/platform/projections/projection.js';
import { alerts } from './catalog/alerts.projection.js';
import { categories } from './catalog/categories.projection.js';
import { packages } from './catalog/packages.projection.js';
import { products } from './catalog/products.projection.js';
import { suppliers } from './catalog/suppliers.projection.js';
import { deliveries } from './deliveries/deliveries.projection.js';
import { suppressions } from './deliveries/suppressions.projection.js';
import { keys } from './inventory/keys.projection.js';
import { lots } from './inventory/lots.projection.js';
import { orders } from './ordering/orders.projection.js';
import { salesByDay } from './ordering/sales-by-day.projection.js';
import { salesTotals } from './ordering/sales-totals.projection.js';
import { partners } from './partners/partners.projection.js';
import { staff } from './partners/staff.projection.js';
import { rates } from './pricing/rates.projection.js';
import { balances } from './wallets/balances.projection.js';
import { movementSums } from './wallets/movement-sums.projection.js';
import { movements } from './wallets/movements.projection.js';
import { webhookDeliveries } from './webhooks/webhook-deliveries.projection.js';

/** Every read model of the product. */
export const PROJECTIONS: readonly AnyProjection[] = [
  suppliers,
  categories,
  products,
  packages,
  alerts,
  lots,
  keys,
  partners,
  staff,
  balances,
  movements,
  movementSums,
  orders,
  salesByDay,
  salesTotals,
  rates,
  deliveries,
  suppressions,
  webhookDeliveries,
];
