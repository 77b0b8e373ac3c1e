import { HttpException } from '@nestjs/common';
import type { CatalogRejectionCode } from '../../contexts/catalog/index.js';
import type { DeliveryRejection } from '../../contexts/deliveries/index.js';
import type {
  AddKeysRejection,
  RetirePackageKeysRejection,
  UpdateKeyRejection,
} from '../../contexts/inventory/index.js';
import type { OrderingRejection } from '../../contexts/ordering/index.js';
import type { PartnerRejectionCode } from '../../contexts/partners/index.js';
import type { PricingRejectionCode } from '../../contexts/pricing/index.js';
import type { AdjustmentRejection, TopUpRejection } from '../../contexts/wallets/index.js';
import type { WebhookRejectionCode } from '../../contexts/webhooks/index.js';
import type { AuthRejectionCode } from '../../platform/auth/auth-service.js';
import { RetryLater } from '../../platform/http/failure.js';
import type { Rejection } from '../../platform/kernel/rejection.js';

type Code =
  | CatalogRejectionCode
  | AddKeysRejection
  | UpdateKeyRejection
  | RetirePackageKeysRejection
  | OrderingRejection
  | DeliveryRejection
  | PartnerRejectionCode
  | PricingRejectionCode
  | TopUpRejection
  | AdjustmentRejection
  | WebhookRejectionCode
  | AuthRejectionCode;

/** Status and text of every refusal; `{field}` and its like stand for the rejection's details. */
const ANSWERS = {
  SupplierNotFound: [404, 'Supplier not found'],
  CategoryNotFound: [404, 'Category not found'],
  ProductNotFound: [404, 'Product not found'],
  PackageNotFound: [404, 'Package not found'],
  UnknownSupplier: [404, 'vendor_id: supplier not found'],
  UnknownCategory: [404, 'subcategory_id: category not found'],
  UnknownProduct: [404, 'product_id: product not found'],
  UnknownPackage: [404, 'package_id: package not found'],
  CategoryCycle: [409, 'parent_id: a category cannot be below itself'],
  CategoryTooDeep: [409, 'parent_id: categories are nested too deeply'],
  SupplierInUse: [409, 'The supplier has packages or products'],
  CategoryInUse: [409, 'The category has subcategories or products'],
  ProductHasKeys: [409, 'A package of the product has keys'],
  InvalidName: [400, '{field}: must be one line of 1 to 200 characters'],
  InvalidCountry: [400, 'country: must be one line of at most 100 characters'],
  InvalidEmail: [400, 'contact_email: must be an e-mail address'],
  InvalidInstructions: [400, '{field}: must be text of at most 10000 characters'],
  InvalidUrl: [400, '{field}: must be a path below /uploads/ or an http(s) address without a user in it'],
  InvalidPosition: [400, 'position: must be an integer'],
  InvalidThreshold: [400, 'low_stock_threshold: must be an integer between 1 and 1000000, or null'],
  InvalidPrice: [400, '{field}: must be above 0 and not too high'],
  InvalidCost: [400, 'cost: must be at least 0 and not too high'],
  NotSoldFromStock: [409, 'package_id: this package is not sold from stock'],
  TooManyKeys: [400, 'keys: at most {limit}'],
  UnknownKey: [404, 'Key not found'],
  KeyIsReserved: [409, 'The key is reserved'],
  KeyIsSold: [409, 'The key is sold'],
  KeyIsRetired: [409, 'The key is retired'],
  InvalidSerial: [400, 'serial_number: must be one line of at most 200 characters'],
  InvalidExpiry: [400, 'expires_at: must be a date such as 2027-12-31'],
  KeysReserved: [409, 'A key of the package is reserved'],
  PackageUnavailable: [409, 'The package is not available'],
  OutOfStock: [409, 'There is no other key of the package'],
  InsufficientBalance: [409, 'The balance does not suffice'],
  TooManyReservations: [409, 'There are too many open reservations'],
  ReservationNotFound: [404, 'Reservation not found'],
  CurrencyMismatch: [409, 'The reservation is in another currency'],
  OrderAlreadyExists: [409, 'The order exists already'],
  OrderNotFound: [404, 'Order not found'],
  OrderNotConfirmed: [409, 'The order is not confirmed, or its money went back'],
  KeyNotInOrder: [409, 'key_id: the order does not have this key'],
  KeyNotNamed: [
    409,
    'key_id: say which key does not work: a key of the order was replaced already, or it has several',
  ],
  NoAddress: [409, 'email: the order has no address; give one'],
  InvalidAddress: [400, 'email: must be an e-mail address'],
  AddressSuppressed: [409, 'email: the address is suppressed'],
  DeliveryUnderWay: [409, 'The delivery is still under way'],
  TooManySends: [409, 'The order was sent {limit} times already'],
  SuppressionNotFound: [404, 'Suppression not found'],
  PartnerUnknown: [404, 'Partner not found'],
  PartnerDeleted: [404, 'Partner not found'],
  PartnerHasReservations: [409, 'The partner has reservations or unfinished orders'],
  StaffUnknown: [404, 'User not found'],
  StaffForbidden: [403, 'Forbidden: only a super_admin manages admins'],
  LastSuperAdmin: [409, 'This is the last active super_admin'],
  LoginTaken: [409, 'login: already taken'],
  EmailTaken: [409, 'email: already taken'],
  PhoneTaken: [409, 'phone: already taken'],
  ApiKeyTaken: [409, 'api_key: already taken'],
  InvalidField: [400, '{field}: {rule}'],
  PasswordRefused: [400, 'password: must be at most 72 bytes long, without NUL'],
  WrongPassword: [400, 'current_password: wrong'],
  TotpEnabled: [409, 'One-time codes are enabled already'],
  TotpNotEnrolled: [409, 'One-time codes are not enrolled'],
  WrongCode: [400, 'code: wrong or used one-time code'],
  TotpRequired: [401, 'Unauthorized: totp: a one-time code is required'],
  TotpInvalid: [401, 'Unauthorized: totp: wrong or used one-time code'],
  RateLimited: [429, 'Too many requests'],
  InvalidRate: [400, '{currency}: must be a positive decimal such as "1.7000"'],
  InvalidEffectiveDate: [400, 'effective_date: must be a date such as 2026-12-31'],
  InvalidAmount: [400, 'amount: must be above 0 and not too high'],
  InvalidAdjustment: [400, 'amount: must not be 0 and not too high'],
  ReferenceConflict: [409, 'reference: already used for another amount or currency'],
  WebhookPartnerUnknown: [404, 'Partner not found'],
  WebhookUnknown: [404, 'Webhook not found'],
  WebhookUrlRefused: [400, 'url: nothing is sent there ({problem})'],
  WebhookFieldInvalid: [400, '{field}: {rule}'],
  TooManyWebhooks: [409, 'There are at most {limit} webhooks'],
  WebhookDisabled: [409, 'The webhook is switched off'],
  MessageUnknown: [404, 'Delivery not found'],
  MessageIsWaiting: [409, 'The delivery is about to be made again'],
  TooManyAttempts: [409, 'The delivery was attempted {limit} times'],
  RedeliveryUnderWay: [409, 'A redelivery is under way'],
  TestUnderWay: [409, 'A test is under way'],
  AccessDenied: [401, 'Unauthorized: Invalid login or password'],
  AccountInactive: [401, 'Unauthorized: Account is blocked or inactive'],
  InvalidToken: [401, 'Unauthorized: Invalid or expired token'],
} as const satisfies Record<Code, readonly [status: number, text: string]>;

/** What a refusal looks like over HTTP. */
export function refusalOf({ code, detail }: Rejection): HttpException {
  if (!Object.hasOwn(ANSWERS, code)) throw new Error(`no answer for the rejection ${code}`);
  const [status, text] = ANSWERS[code as Code];
  const message = text.replace(/\{(\w+)\}/g, (_, name: string) => String(detail[name] ?? name));
  const { retryAfterSeconds } = detail;
  return typeof retryAfterSeconds === 'number'
    ? new RetryLater(message, status, retryAfterSeconds)
    : new HttpException(message, status);
}
