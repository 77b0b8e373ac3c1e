import type { Provider } from '@nestjs/common';
import { ConvertSupplierPricesHandler } from './commands/convert-supplier-prices.js';
import { CreateCategoryHandler } from './commands/create-category.js';
import { CreatePackageHandler } from './commands/create-package.js';
import { CreateProductHandler } from './commands/create-product.js';
import { CreateSupplierHandler } from './commands/create-supplier.js';
import { DeleteCategoryHandler } from './commands/delete-category.js';
import { DeletePackageHandler } from './commands/delete-package.js';
import { DeleteProductHandler } from './commands/delete-product.js';
import { DeleteSupplierHandler } from './commands/delete-supplier.js';
import { PackageRemoval } from './commands/package-removal.js';
import { RecentReferences } from './commands/recent-references.js';
import { SetExplicitPricesHandler } from './commands/set-explicit-prices.js';
import { UpdateCategoryHandler } from './commands/update-category.js';
import { UpdatePackageHandler } from './commands/update-package.js';
import { UpdateProductHandler } from './commands/update-product.js';
import { UpdateSupplierHandler } from './commands/update-supplier.js';
import { CatalogIndex } from './queries/catalog-index.js';
import { ListTerminalPackagesHandler } from './queries/list-terminal-packages.js';
import { ListTerminalProductsHandler } from './queries/list-terminal-products.js';
import { TerminalListings } from './queries/terminal-listings.js';
import { ViewerReader } from './queries/viewer-reader.js';

export { ConvertSupplierPrices, type PricesConverted } from './commands/convert-supplier-prices.js';
export { CreateCategory } from './commands/create-category.js';
export { CreatePackage, type PackageToCreate } from './commands/create-package.js';
export { CreateProduct } from './commands/create-product.js';
export { CreateSupplier } from './commands/create-supplier.js';
export { DeleteCategory } from './commands/delete-category.js';
export { DeletePackage } from './commands/delete-package.js';
export { DeleteProduct } from './commands/delete-product.js';
export { DeleteSupplier } from './commands/delete-supplier.js';
export { PackageKeys } from './commands/package-keys.js';
export { RecentReferences } from './commands/recent-references.js';
export type { CatalogEntry, CatalogResult } from './commands/record.js';
export { SetExplicitPrices } from './commands/set-explicit-prices.js';
export { UpdateCategory } from './commands/update-category.js';
export { UpdatePackage } from './commands/update-package.js';
export { UpdateProduct } from './commands/update-product.js';
export { UpdateSupplier } from './commands/update-supplier.js';
export { type CategoryChanges, deleteCategory, type NewCategory } from './domain/category.decider.js';
export { Category, type CategoryState } from './domain/category.js';
export {
  activateForStock,
  changePackage,
  deactivateForStock,
  deletePackage,
  type PackageChanges,
  type PriceChanges,
} from './domain/package.decider.js';
export { isPackageOffered, isProductOffered, Package, type PackageState } from './domain/package.js';
export { deleteProduct, type NewProduct, type ProductChanges } from './domain/product.decider.js';
export { Product, type ProductState } from './domain/product.js';
export type { CatalogRejection, CatalogRejectionCode } from './domain/rejections.js';
export { watchStock } from './domain/stock-alert.decider.js';
export { deleteSupplier, type NewSupplier } from './domain/supplier.decider.js';
export { Supplier, type SupplierState } from './domain/supplier.js';
export type { CategoryEvent, CategoryFields } from './events/category.events.js';
export type {
  ExplicitPrices,
  Fulfilment,
  PackageEvent,
  PackageFields,
  ReleasePolicy,
  StockAlertEvent,
  SwitchedBy,
} from './events/package.events.js';
export type { KeyFormat, ProductEvent, ProductFields } from './events/product.events.js';
export type { SupplierEvent, SupplierFields } from './events/supplier.events.js';
export type { Instructions, Names, Status } from './events/texts.js';
export { MAX_LOW_STOCK_THRESHOLD, MAX_POSITION } from './limits.js';
export { CatalogIndex, type PackageEntry, type ProductEntry } from './queries/catalog-index.js';
export type { Language } from './queries/display-order.js';
export { ListTerminalPackages } from './queries/list-terminal-packages.js';
export { ListTerminalProducts } from './queries/list-terminal-products.js';
export { StockView } from './queries/stock-view.js';
export {
  TerminalListings,
  type TerminalPackageView,
  type TerminalProductView,
  type Viewer,
} from './queries/terminal-listings.js';
export { ViewerReader } from './queries/viewer-reader.js';

/**
 * What the composition root registers. They need an `Executor`, `PublicIds`, `IndexProgress`, a `StockView` and
 * `PackageKeys`.
 */
export const CATALOG_PROVIDERS: Provider[] = [
  CatalogIndex,
  RecentReferences,
  CreateSupplierHandler,
  UpdateSupplierHandler,
  CreateCategoryHandler,
  UpdateCategoryHandler,
  CreateProductHandler,
  UpdateProductHandler,
  CreatePackageHandler,
  UpdatePackageHandler,
  SetExplicitPricesHandler,
  ConvertSupplierPricesHandler,
  PackageRemoval,
  DeletePackageHandler,
  DeleteProductHandler,
  DeleteSupplierHandler,
  DeleteCategoryHandler,
  ViewerReader,
  TerminalListings,
  ListTerminalProductsHandler,
  ListTerminalPackagesHandler,
];
