import { orderId } from '../order-id.js';
import { type DeliveryRequest, deliveryRequest } from './delivery-request.js';
import type { SaleDesk } from './sale-desk.js';

/** What an order gets that turns out to be a new one. */
export interface NewOrder {
  readonly publicId: number;
  readonly delivery: DeliveryRequest;
}

/** An order as a terminal names it. */
export interface OrderName {
  readonly partnerId: string;
  /** The partner's order reference. */
  readonly order: string;
  readonly email: string | null;
}

/**
 * The order that a sale command names: a new one, or one that was sold long ago and is asked for again. Which of the two
 * decides what a failure means. That this command stored nothing says that nothing was sold only where it found the
 * order free; of any other, a terminal that is told so would give back the money for a key that it has.
 */
export class NamedOrder {
  private isFree = false;

  private constructor(
    readonly id: string,
    private readonly prepared: NewOrder | { readonly failure: unknown },
  ) {}

  /**
   * Runs a sale command's work on the order. What a new order needs is made before it; where that fails, the work learns it
   * only if the order is a new one.
   * @throws what the work threw, as it was if the order was found free, else as the cause of an error that claims nothing
   */
  static async run<R>(desk: SaleDesk, name: OrderName, work: (order: NamedOrder) => Promise<R>): Promise<R> {
    let named: NamedOrder | null = null;
    try {
      const id = orderId(name.partnerId, 'sale', name.order, await desk.orderNumbers.idForm());
      named = new NamedOrder(id, await prepare(desk, id, name.email));
      return await work(named);
    } catch (cause) {
      if (named?.isFree) throw cause;
      throw new Error('what became of the order is not known', { cause });
    }
  }

  /** The work begins to decide, perhaps once more. */
  looking(): void {
    this.isFree = false;
  }

  /** The order is there for the taking. @throws what kept it from getting what it needs */
  foundFree(): NewOrder {
    this.isFree = true;
    if ('failure' in this.prepared) throw this.prepared.failure;
    return this.prepared;
  }
}

async function prepare(
  desk: SaleDesk,
  id: string,
  email: string | null,
): Promise<NewOrder | { readonly failure: unknown }> {
  try {
    return {
      publicId: await desk.orderNumbers.next(),
      delivery: await deliveryRequest(desk, id, email),
    };
  } catch (failure) {
    return { failure };
  }
}
