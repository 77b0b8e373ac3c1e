import {
  Category,
  deleteCategory,
  deletePackage,
  deleteProduct,
  deleteSupplier,
  Package,
  Product,
  Supplier,
} from '../../contexts/catalog/index.js';
import { keyNumber, Lot, retireFreeKeys } from '../../contexts/inventory/index.js';
import { CancelReservation } from '../../contexts/ordering/index.js';
import { BlockPartner } from '../../contexts/partners/index.js';
import { Wallet, walletId } from '../../contexts/wallets/index.js';
import type { Aggregate, DomainEvent } from '../../platform/kernel/aggregate.js';
import { Clock } from '../../platform/kernel/clock.js';
import { SALE_CURRENCIES } from '../../platform/kernel/money.js';
import { isRejection, type Rejection } from '../../platform/kernel/rejection.js';
import { type DemoDesk, demoId } from './demo-desk.js';
import { CATEGORIES, PARTNERS, PRODUCTS, SUPPLIERS } from './demo-goods.js';
import { PACKAGES } from './demo-shop.js';
import type { CatchUp, OnStep } from './load-demo.js';
import { SANDBOX_PARTNER } from './sandbox.js';

export interface DemoRemoved {
  readonly blockedPartners: number;
  readonly retiredKeys: number;
  readonly deletedPackages: number;
}

const REASON = 'demo data removed';

/**
 * Takes the sandbox and the loaded demo data away: partners blocked, their reservations cancelled, free keys retired,
 * packages, products, categories and suppliers deleted. What was sold stays on record, as every sale does.
 */
export async function removeDemo(desk: DemoDesk, catchUp: CatchUp, onStep: OnStep): Promise<DemoRemoved> {
  let blockedPartners = 0;
  for (const { login, name } of [SANDBOX_PARTNER, ...PARTNERS]) {
    if (await blockPartner(desk, login, name)) blockedPartners += 1;
  }
  await catchUp();

  let retiredKeys = 0;
  let deletedPackages = 0;
  for (let number = 0; number <= PACKAGES; number += 1) {
    const id = demoId('package', number);
    retiredKeys += await retireKeys(desk, id);
    if (await remove(desk, Package, id, deletePackage)) deletedPackages += 1;
    onStep('Packages', number, PACKAGES);
  }
  for (let number = 0; number <= PRODUCTS.length; number += 1) {
    await remove(desk, Product, demoId('product', number), deleteProduct);
  }
  for (let number = 1; number <= CATEGORIES.length; number += 1) {
    await remove(desk, Category, demoId('category', number), deleteCategory);
  }
  for (let number = 0; number <= SUPPLIERS.length; number += 1) {
    await remove(desk, Supplier, demoId('supplier', number), deleteSupplier);
  }
  return { blockedPartners, retiredKeys, deletedPackages };
}

async function blockPartner(desk: DemoDesk, login: string, name: string): Promise<boolean> {
  const partner = await desk.findPartner(login, name);
  if (!partner || partner.state.status === 'blocked') return false;
  await desk.run(new BlockPartner(desk.context(), partner.id, REASON));
  for (const currency of SALE_CURRENCIES) {
    for (const number of await reservedKeys(desk, walletId(partner.id, 'main', currency))) {
      // One that was confirmed or ran out meanwhile is refused, and is no longer in the way.
      await desk.bus.execute(
        new CancelReservation(desk.context(), { partnerId: partner.id, keyNumber: number }),
      );
    }
  }
  return true;
}

/** Numbers of the keys whose reservations a wallet holds money for. */
const reservedKeys = (desk: DemoDesk, wallet: string): Promise<string[]> =>
  desk.executor.run(desk.context(), (tx) => {
    const numbers: string[] = [];
    for (const { reservation: plan } of tx.load(Wallet, wallet).holds.values()) {
      if (!plan) continue;
      const lot = tx.load(Lot, String(plan.lot));
      const slot = lot.open.get(plan.reservation);
      const ordinal = slot === undefined ? undefined : lot.slots.get(slot)?.reservation?.ordinal;
      if (slot === undefined || ordinal === undefined) continue;
      numbers.push(String(keyNumber({ lot: plan.lot, slot, ordinal })));
    }
    return numbers;
  });

async function retireKeys(desk: DemoDesk, packageId: string): Promise<number> {
  let retired = 0;
  const nowMs = desk.app.get(Clock).now();
  for (const lot of [...desk.stock.candidates(packageId, nowMs)]) {
    retired += await desk.executor.run(desk.context(), (tx) => {
      const events = retireFreeKeys(tx.load(Lot, String(lot)), REASON);
      tx.append(Lot, String(lot), events);
      return events.length;
    });
  }
  return retired;
}

/** False if it is not there. */
const remove = <S, E extends DomainEvent>(
  desk: DemoDesk,
  aggregate: Aggregate<S, E>,
  id: string,
  decide: (state: S) => E[] | Rejection,
): Promise<boolean> =>
  desk.executor.run(desk.context(), (tx) => {
    const events = decide(tx.load(aggregate, id));
    if (isRejection(events)) return false;
    tx.append(aggregate, id, events);
    return events.length > 0;
  });
