import { setTimeout as sleep } from 'node:timers/promises';
import type { AdminClient } from './admin-client.js';
import { isSettled, type Journal, type TerminalAnswer, type TerminalCall } from './journal.js';
import { Random } from './random.js';
import { type Customer, Ring, SCENARIOS, type Scenario } from './scenarios.js';
import type { TerminalClient } from './terminal-client.js';
import { FIRST_AMPLE_KEYS, type LoadPartner, type World } from './world.js';

const REMEMBERED = 400;
/** Tries to learn what became of one call, and the pause between two of them. */
const SETTLE_TRIES = 200;
const SETTLE_PAUSE_MS = 100;
const SUPPLY_EVERY_MS = 120;
const TOP_UP_EVERY_MS = 150;
/** Of the packages that are short, so few that buyers meet at the last one all the time. */
const FEWEST_KEYS = 3;
const MOST_KEYS = 25;
/** Brought at once of those that have keys enough, as a share of what they began with. */
const AMPLE_SHARE = 0.4;

export interface LoadOptions {
  readonly world: World;
  readonly terminal: TerminalClient;
  readonly admin: AdminClient;
  readonly journal: Journal;
  readonly seed: number;
  readonly clients: number;
  readonly ttlMs: number;
  /** Begins the references of orders and top-ups; default: none. A second load needs its own. */
  readonly prefix?: string;
  /** What packages with keys enough began with. */
  readonly ampleKeys?: number;
  /** Between two intakes of keys. Default {@link SUPPLY_EVERY_MS}. */
  readonly supplyEveryMs?: number;
}

/** Many customers, and an operator who brings in keys and money, at work until they are stopped. */
export class Load {
  private readonly running: Promise<void>[] = [];
  private readonly reserved: Customer['reserved'] = new Ring(REMEMBERED);
  private readonly confirmed: Customer['confirmed'] = new Ring(REMEMBERED);
  private isStopping = false;
  private orders = 0;
  private topUps = 0;
  /** How often each scenario ran. */
  readonly played = new Map<string, number>();

  constructor(private readonly options: LoadOptions) {}

  start(): void {
    for (let client = 0; client < this.options.clients; client += 1) this.running.push(this.serve(client));
    this.running.push(this.bringKeys(), this.bringMoney());
  }

  /** Lets everybody finish what they began. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.running);
  }

  /** Repeats calls until they are settled, as a terminal does that must know. */
  async settle(from: LoadPartner, call: TerminalCall, scenario: string): Promise<TerminalAnswer | null> {
    for (let attempt = 0; attempt < SETTLE_TRIES; attempt += 1) {
      const answer = await this.options.terminal.call(from, call, scenario);
      if (isSettled(answer)) return answer;
      await sleep(SETTLE_PAUSE_MS);
    }
    return null;
  }

  private async serve(client: number): Promise<void> {
    const random = new Random(this.options.seed + client);
    while (!this.isStopping) {
      const scenario = random.weighted(SCENARIOS);
      this.played.set(scenario.name, (this.played.get(scenario.name) ?? 0) + 1);
      await scenario.run(this.customer(random, scenario));
    }
  }

  private customer(random: Random, scenario: Scenario): Customer {
    const { world, terminal, ttlMs } = this.options;
    const { reserved, confirmed } = this;
    const partner = random.pick(world.partners);
    return {
      partner,
      world,
      random,
      ttlMs,
      reserved,
      confirmed,
      settle: (call) => this.settle(partner, call, scenario.name),
      newOrder: () => `${this.options.prefix ?? ''}order-${++this.orders}`,
      reserve: async (packageId = random.pick(world.scarce)) => {
        const answer = await terminal.call(partner, { action: 3, package: packageId }, scenario.name);
        if (answer === null) await sleep(SETTLE_PAUSE_MS);
        if (answer?.code !== '0') return null;
        const made = { partner, key: answer.data?.keyId ?? '', package: packageId, atMs: Date.now() };
        reserved.add(made);
        return made;
      },
    };
  }

  private async bringKeys(): Promise<void> {
    const { world, seed, ampleKeys = FIRST_AMPLE_KEYS, supplyEveryMs = SUPPLY_EVERY_MS } = this.options;
    const random = new Random(seed ^ 0x5eed);
    const ample = Math.ceil(AMPLE_SHARE * ampleKeys);
    for (let round = 1; !this.isStopping; round += 1) {
      await world.supplies.takeIn(random.pick(world.scarce), random.between(FEWEST_KEYS, MOST_KEYS));
      if (round % 10 === 0) await world.supplies.takeIn(random.pick(world.ample), ample);
      await sleep(supplyEveryMs);
    }
  }

  /** Small top-ups for those who need them, now and then twice at once under one reference. */
  private async bringMoney(): Promise<void> {
    const { world, seed } = this.options;
    const random = new Random(seed ^ 0x60ed);
    const poor = world.partners.filter(({ isPoor }) => isPoor);
    while (!this.isStopping) {
      const partner = random.pick(poor);
      const amountMinor = BigInt(random.between(200, 9_000));
      const reference = `${this.options.prefix ?? ''}topup-${++this.topUps}`;
      const times = random.next() < 0.2 ? 2 : 1;
      await Promise.all(Array.from({ length: times }, () => this.topUp(partner, amountMinor, reference)));
      await sleep(TOP_UP_EVERY_MS);
    }
  }

  private async topUp(partner: LoadPartner, amountMinor: bigint, reference: string): Promise<void> {
    const { admin, journal } = this.options;
    const amount = `${amountMinor / 100n}.${String(amountMinor % 100n).padStart(2, '0')}`;
    const body = { currency: partner.currency, amount, reference };
    for (let attempt = 0; attempt < SETTLE_TRIES; attempt += 1) {
      const acknowledged = await admin.post(`/api/partners/${partner.id}/balances/topup`, body).then(
        () => true,
        () => false,
      );
      journal.topUps.push({ partner: partner.login, reference, amountMinor, acknowledged });
      if (acknowledged) return;
      await sleep(SETTLE_PAUSE_MS);
    }
  }
}
