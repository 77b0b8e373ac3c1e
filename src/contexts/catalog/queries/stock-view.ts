/** How the listings learn what can be sold now. The inventory answers it, from memory. */
export abstract class StockView {
  /** Keys of a package that could be sold now; 0 for what is unknown or not sold from stock. */
  abstract available(packageId: string): number;
}
