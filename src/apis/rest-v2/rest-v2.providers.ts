import type { Provider, Type } from '@nestjs/common';
import { AccessGuard } from './access.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditReader } from './audit/audit.reader.js';
import { AuthController } from './auth/auth.controller.js';
import { TotpController } from './auth/totp.controller.js';
import { BusinessCalendar } from './business-calendar.js';
import { AlertsController } from './catalog/alerts.controller.js';
import { CatalogReader } from './catalog/catalog.reader.js';
import { CatalogViews } from './catalog/catalog.views.js';
import { CategoriesController } from './catalog/categories.controller.js';
import { PackagesController } from './catalog/packages.controller.js';
import { PartnerCatalog } from './catalog/partner-catalog.js';
import { ProductsController } from './catalog/products.controller.js';
import { SupplierPricesController } from './catalog/supplier-prices.controller.js';
import { SupplierPriceViews } from './catalog/supplier-prices.views.js';
import { SuppliersController } from './catalog/suppliers.controller.js';
import {
  DeliveriesController,
  ErasuresController,
  SuppressionsController,
} from './deliveries/deliveries.controller.js';
import { DeliveryViews } from './deliveries/delivery.views.js';
import { ResendWebhookController, ResendWebhookSecret } from './deliveries/resend-webhook.controller.js';
import { IdempotentRequests } from './idempotency/idempotent-requests.js';
import { KeyFinder } from './inventory/key.finder.js';
import { KeySelections } from './inventory/key.selection.js';
import { BusinessZone, KeyViews } from './inventory/key.views.js';
import { KeyHistoryViews } from './inventory/key-history.views.js';
import { KeysController } from './inventory/keys.controller.js';
import { Listing } from './listing.js';
import { OrderViews } from './orders/order.views.js';
import { OrderExport } from './orders/order-export.js';
import { OrderStatistics } from './orders/order-statistics.js';
import { OrdersController } from './orders/orders.controller.js';
import { OrdersReader } from './orders/orders.reader.js';
import { PartnerStatisticsController } from './orders/partner-statistics.controller.js';
import { SalesReader } from './orders/sales.reader.js';
import { BalancesController } from './partners/balances.controller.js';
import { BalancesReader } from './partners/balances.reader.js';
import { CurrencySettingsController } from './partners/currency-settings.controller.js';
import { MovementNotes } from './partners/movement-notes.js';
import { PartnerScope } from './partners/partner-scope.js';
import { PartnersController } from './partners/partners.controller.js';
import { PartnersReader } from './partners/partners.reader.js';
import { StatementReader } from './partners/statement.reader.js';
import { TransactionsController } from './partners/transactions.controller.js';
import { RatesController } from './pricing/rates.controller.js';
import { QueuesController } from './queues/queues.controller.js';
import { StaffController } from './staff/staff.controller.js';
import { ImageMaker } from './uploads/image-maker.js';
import { UploadFiles } from './uploads/upload-files.js';
import { UploadedFilesController, UploadsController } from './uploads/uploads.controller.js';
import { FailingWebhooksController } from './webhooks/failing-webhooks.controller.js';
import { PartnerEventsController } from './webhooks/partner-events.controller.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { WebhooksReader } from './webhooks/webhooks.reader.js';
import { WebhooksOverview } from './webhooks/webhooks-overview.js';
import { Writes } from './writes.js';

export const REST_V2_CONTROLLERS: Type[] = [
  AuthController,
  TotpController,
  StaffController,
  SuppliersController,
  SupplierPricesController,
  CategoriesController,
  ProductsController,
  PackagesController,
  AlertsController,
  KeysController,
  PartnersController,
  CurrencySettingsController,
  BalancesController,
  TransactionsController,
  WebhooksController,
  FailingWebhooksController,
  PartnerEventsController,
  OrdersController,
  PartnerStatisticsController,
  DeliveriesController,
  SuppressionsController,
  ErasuresController,
  RatesController,
  UploadsController,
  UploadedFilesController,
  AuditController,
  QueuesController,
];

/** What providers call. Their requests are signed in ways of their own, and documented by them. */
export const INBOUND_CONTROLLERS: Type[] = [ResendWebhookController];

/**
 * What the composition root registers beside {@link REST_V2_CONTROLLERS}. They need the buses, `ReadModels`,
 * `EventStore`, `Ids`, `Clock`, `Vault`, `AuthService` and the contexts' providers.
 * @param timeZone IANA name of the business zone
 * @param uploads folder of the pictures that are uploaded
 * @param resendSecret what Resend signs its webhooks with; null: none are taken
 */
export const restV2Providers = ({
  timeZone,
  uploads,
  resendSecret,
}: {
  readonly timeZone: string;
  readonly uploads: string;
  readonly resendSecret: string | null;
}): Provider[] => [
  { provide: BusinessZone, useValue: { timeZone } satisfies BusinessZone },
  AccessGuard,
  Listing,
  Writes,
  IdempotentRequests,
  AuditReader,
  CatalogReader,
  CatalogViews,
  PartnerCatalog,
  SupplierPriceViews,
  ImageMaker,
  { provide: UploadFiles, useValue: new UploadFiles(uploads) },
  KeySelections,
  KeyFinder,
  KeyViews,
  KeyHistoryViews,
  PartnerScope,
  PartnersReader,
  BalancesReader,
  MovementNotes,
  StatementReader,
  WebhooksReader,
  WebhooksOverview,
  BusinessCalendar,
  SalesReader,
  OrdersReader,
  OrderViews,
  OrderStatistics,
  OrderExport,
  DeliveryViews,
  { provide: ResendWebhookSecret, useValue: { secret: resendSecret } satisfies ResendWebhookSecret },
];
