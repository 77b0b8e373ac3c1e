import { setTimeout as sleep } from 'node:timers/promises';
import type { TerminalAnswer, TerminalCall } from './journal.js';
import type { Random } from './random.js';
import type { LoadPartner, World } from './world.js';

/** A key that somebody reserved at some time. */
export interface Reserved {
  readonly partner: LoadPartner;
  readonly key: string;
  readonly package: string;
  readonly atMs: number;
}

/** What one customer at one terminal has at hand. */
export interface Customer {
  readonly partner: LoadPartner;
  readonly world: World;
  readonly random: Random;
  readonly ttlMs: number;
  /** Calls until the answer says what became of it. Null: it never did. */
  settle(call: TerminalCall): Promise<TerminalAnswer | null>;
  /** A reference that no order of the partner has had. */
  newOrder(): string;
  /** Reserves a key, once. */
  reserve(packageId?: string): Promise<Reserved | null>;
  /** Sales that were confirmed a while ago, anybody's. */
  readonly confirmed: Ring<{ partner: LoadPartner; order: string; key: string; package: string }>;
  /** Reservations that were made a while ago, anybody's, whatever became of them. */
  readonly reserved: Ring<Reserved>;
}

/** The last few of many. */
export class Ring<T> {
  private readonly items: T[] = [];
  private next = 0;

  constructor(private readonly size: number) {}

  add(item: T): void {
    this.items[this.next] = item;
    this.next = (this.next + 1) % this.size;
  }

  pick(random: Random, suits: (item: T) => boolean = () => true): T | null {
    if (this.items.length === 0) return null;
    const item = random.pick(this.items);
    return suits(item) ? item : null;
  }
}

export interface Scenario {
  readonly name: string;
  readonly weight: number;
  run(customer: Customer): Promise<unknown>;
}

const anyPackage = ({ world, random }: Customer): string =>
  random.pick(random.next() < 0.75 ? world.scarce : world.ample);

async function buy(customer: Customer, order: string, packageId: string): Promise<boolean> {
  const answer = await customer.settle({ action: 6, package: packageId, order });
  if (answer?.code !== '0') return false;
  const key = answer.data?.keyId ?? '';
  customer.confirmed.add({ partner: customer.partner, order, key, package: packageId });
  return true;
}

async function confirm(
  customer: Customer,
  { key, package: packageId }: Reserved,
  order: string,
): Promise<boolean> {
  const answer = await customer.settle({ action: 4, key, order });
  if (answer?.code !== '0') return false;
  customer.confirmed.add({ partner: customer.partner, order, key, package: packageId });
  return true;
}

const cancel = (customer: Customer, { key }: Reserved): Promise<TerminalAnswer | null> =>
  customer.settle({ action: 5, key });

/** Runs `next` with a reserved key, if one is to be had. */
const reserving =
  (next: (customer: Customer, reserved: Reserved) => Promise<unknown>) =>
  async (customer: Customer): Promise<void> => {
    const reserved = await customer.reserve(anyPackage(customer));
    if (reserved) await next(customer, reserved);
  };

/** Everything that terminals and their customers do at the same time, well meant or not. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'buy directly',
    weight: 20,
    run: (customer) => buy(customer, customer.newOrder(), anyPackage(customer)),
  },
  {
    name: 'buy twice at once under one order',
    weight: 8,
    run: (customer) => {
      const order = customer.newOrder();
      const packageId = anyPackage(customer);
      return Promise.all([buy(customer, order, packageId), buy(customer, order, packageId)]);
    },
  },
  {
    name: 'buy two packages at once under one order',
    weight: 8,
    run: (customer) => {
      const order = customer.newOrder();
      return Promise.all([
        buy(customer, order, anyPackage(customer)),
        buy(customer, order, anyPackage(customer)),
      ]);
    },
  },
  {
    name: 'buy something else when refused',
    weight: 5,
    run: async (customer) => {
      const order = customer.newOrder();
      const isBought = await buy(customer, order, customer.random.pick(customer.world.scarce));
      if (!isBought) await buy(customer, order, customer.random.pick(customer.world.ample));
    },
  },
  {
    name: 'reserve and confirm',
    weight: 15,
    run: reserving((customer, reserved) => confirm(customer, reserved, customer.newOrder())),
  },
  { name: 'reserve and cancel', weight: 12, run: reserving(cancel) },
  {
    name: 'confirm and cancel at once',
    weight: 10,
    run: reserving((customer, reserved) =>
      Promise.all([confirm(customer, reserved, customer.newOrder()), cancel(customer, reserved)]),
    ),
  },
  {
    name: 'cancel twice at once',
    weight: 4,
    run: reserving((customer, reserved) =>
      Promise.all([cancel(customer, reserved), cancel(customer, reserved)]),
    ),
  },
  {
    name: 'confirm one reservation to two orders at once',
    weight: 8,
    run: reserving((customer, reserved) =>
      Promise.all([
        confirm(customer, reserved, customer.newOrder()),
        confirm(customer, reserved, customer.newOrder()),
      ]),
    ),
  },
  {
    name: 'confirm twice at once under one order',
    weight: 6,
    run: reserving((customer, reserved) => {
      const order = customer.newOrder();
      return Promise.all([confirm(customer, reserved, order), confirm(customer, reserved, order)]);
    }),
  },
  {
    name: 'confirm two reservations at once under one order',
    weight: 4,
    run: reserving(async (customer, first) => {
      const second = await customer.reserve(first.package);
      const order = customer.newOrder();
      await Promise.all([first, ...(second ? [second] : [])].map((r) => confirm(customer, r, order)));
    }),
  },
  {
    name: 'confirm, and buy directly under the same order at once',
    weight: 6,
    run: reserving((customer, reserved) => {
      const order = customer.newOrder();
      return Promise.all([confirm(customer, reserved, order), buy(customer, order, reserved.package)]);
    }),
  },
  {
    name: 'let it expire, then confirm and cancel late',
    weight: 3,
    run: reserving(async (customer, reserved) => {
      await sleep(customer.ttlMs + customer.random.between(0, 500));
      await Promise.all([confirm(customer, reserved, customer.newOrder()), cancel(customer, reserved)]);
    }),
  },
  {
    name: 'confirm at the moment of expiry',
    weight: 3,
    run: reserving(async (customer, reserved) => {
      const left = reserved.atMs + customer.ttlMs - Date.now();
      await sleep(Math.max(0, left + customer.random.between(-25, 10)));
      await confirm(customer, reserved, customer.newOrder());
    }),
  },
  {
    name: 'confirm a reservation that was cancelled',
    weight: 5,
    run: reserving(async (customer, reserved) => {
      await cancel(customer, reserved);
      await confirm(customer, reserved, customer.newOrder());
    }),
  },
  {
    name: 'confirm or cancel an old reservation, of whoever',
    weight: 8,
    run: async (customer) => {
      const old = customer.reserved.pick(customer.random);
      if (!old) return;
      if (customer.random.next() < 0.5) await confirm(customer, old, customer.newOrder());
      else await cancel(customer, old);
    },
  },
  { name: 'repeat an old order', weight: 12, run: repeat },
];

/** An order of a while ago again: in either shape, or with another package. */
async function repeat(customer: Customer): Promise<void> {
  const old = customer.confirmed.pick(customer.random, ({ partner }) => partner === customer.partner);
  if (!old) return;
  const { order, key } = old;
  await customer.random.pick([
    () => customer.settle({ action: 6, package: old.package, order }),
    () => customer.settle({ action: 4, key, order }),
    () => customer.settle({ action: 6, package: anyPackage(customer), order }),
  ])();
}
