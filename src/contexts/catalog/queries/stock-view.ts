/** How the listings learn what can be sold now. The inventory answers it, from memory. */
export abstract class StockView {
  /** Whether a key of a package could be sold now; false for what is unknown or not sold from stock. */
  abstract isOffered(packageId: string): boolean;
}
