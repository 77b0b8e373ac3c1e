import type { Rejection } from '../../../platform/kernel/rejection.js';

/** `…NotFound` is what the command is about, `Unknown…` what it refers to. `Invalid…` says which `field` of several. */
export type CatalogRejectionCode =
  | 'SupplierNotFound'
  | 'CategoryNotFound'
  | 'ProductNotFound'
  | 'PackageNotFound'
  | 'UnknownSupplier'
  | 'UnknownCategory'
  | 'UnknownProduct'
  | 'CategoryCycle'
  | 'CategoryTooDeep'
  | 'SupplierInUse'
  | 'CategoryInUse'
  | 'ProductHasKeys'
  | 'KeysReserved'
  | 'InvalidName'
  | 'InvalidCountry'
  | 'InvalidEmail'
  | 'InvalidInstructions'
  | 'InvalidUrl'
  | 'InvalidPosition'
  | 'InvalidThreshold'
  | 'InvalidPrice'
  | 'InvalidCost';

export type CatalogRejection = Rejection<CatalogRejectionCode>;
