import { setTimeout } from 'node:timers/promises';
import { type Command, CommandBus } from '@nestjs/cqrs';
import type { Runtime } from '../../src/composition/runtime.js';
import { type RunningApp, startApp } from '../../src/composition/start.js';
import {
  CreatePackage,
  CreateProduct,
  CreateSupplier,
  SetExplicitPrices,
  UpdatePackage,
} from '../../src/contexts/catalog/index.js';
import { AddKeys, QuarantineKey, RetireKey } from '../../src/contexts/inventory/index.js';
import {
  BuyKey,
  CancelReservation,
  ConfirmSale,
  orderId,
  RefundOrder,
  ReplaceKey,
  ReserveKey,
} from '../../src/contexts/ordering/index.js';
import { RegisterPartner, SetPartnerAccess, UpdatePartner } from '../../src/contexts/partners/index.js';
import { SetRates } from '../../src/contexts/pricing/index.js';
import { AdjustBalance, TopUpBalance } from '../../src/contexts/wallets/index.js';
import { loadSettings } from '../../src/platform/config/settings.js';
import type { EventStore } from '../../src/platform/event-store/event-store.js';
import type { CommandContext } from '../../src/platform/execution/transaction.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { temporaryFolder } from '../support/load/temporary-folder.js';
import { ManualClock } from '../support/manual-clock.js';
import { type FinalState, finalState } from './final-state.js';
import type { Step } from './steps.js';

/** Time passes from one command to the next, so that at most one reservation ends between two. */
const STEP_MS = 1_000;
const RESERVATION_TTL_SECONDS = 40;
/** The cheapest that bcrypt knows. */
const PASSWORD_COST = 4;
const START_MS = 600_000;
/** For the read models, by the number of commands: a slow server stores some 50 documents a second. */
const CATCH_UP_MS_PER_COMMAND = 60;

export interface SameRunResult extends FinalState {
  readonly refused: number;
}

/** Applies the commands one after the other to the product on the engines of `settings`. `file`: takes what was hashed. */
export async function runSteps(
  steps: readonly Step[],
  settings: Readonly<Record<string, string>>,
  file: string,
): Promise<SameRunResult> {
  const folder = temporaryFolder('keyforge-same');
  const clock = new ManualClock(Date.UTC(2026, 0, 15, 10));
  const loaded = loadSettings({
    NODE_ENV: 'test',
    DATA_DIR: folder.path,
    KEYFORGE_DEMO: '0',
    RESERVATION_TTL_SECONDS: String(RESERVATION_TTL_SECONDS),
    ...settings,
  });
  const errors: string[] = [];
  const logger = createLogger({ logLevel: 'error' }, { write: (line) => errors.push(line) });
  const running = await startApp({ settings: loaded, logger, clock, passwordCost: PASSWORD_COST });
  try {
    const run = new SameRun(running, clock);
    for (const step of steps) await run.apply(step);
    await caughtUp(running.runtime, START_MS + steps.length * CATCH_UP_MS_PER_COMMAND);
    if (errors.length > 0) throw new Error(`errors were logged: ${errors[0]}`);
    const state = await finalState(running, loaded.streamNamespace, run.answers, file);
    return { refused: run.refused, ...state };
  } finally {
    await running.close();
    folder.remove();
  }
}

/** A worker that loses the lease ends all waiting; the next one folds on. */
async function caughtUp(runtime: Runtime, patienceMs: number): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (let isThere = false; !isThere; ) {
    const leftMs = giveUpAt - performance.now();
    if (leftMs <= 0) throw new Error('the read models did not catch up');
    isThere = await runtime.caughtUp(leftMs);
  }
}

class SameRun {
  readonly answers: unknown[] = [];
  refused = 0;
  private head = 0n;
  private readonly ids = new SystemIds();
  private readonly bus: CommandBus;
  private readonly suppliers: string[] = [];
  private readonly products: string[] = [];
  private readonly packages: { readonly id: string; readonly publicId: number }[] = [];
  private readonly partners: string[] = [];

  constructor(
    private readonly running: RunningApp,
    private readonly clock: ManualClock,
  ) {
    this.bus = running.app.get(CommandBus);
    this.watchHead(running.engines.events);
  }

  async apply(step: Step): Promise<void> {
    this.clock.advance(STEP_MS);
    await this.settle();
    await this.nextMillisecond();
    const answer: unknown = await this.bus.execute(this.commandOf(step));
    if (isRejection(answer)) this.refused += 1;
    this.answers.push(isRejection(answer) ? { refused: answer.code, detail: answer.detail } : answer);
    this.learn(step, answer);
    await this.settle();
  }

  /** Ids of one millisecond are in no order, and events hold lists of ids that are sorted: those have to come out alike. */
  private async nextMillisecond(): Promise<void> {
    for (const before = Date.now(); Date.now() <= before; ) await setTimeout(1);
  }

  /** What follows from what is stored has been done before the next command. */
  private async settle(): Promise<void> {
    for (let settled = -1n; settled !== this.head; ) {
      const { head } = this;
      await this.running.runtime.follower.reached(head);
      if (await this.workIsDone()) settled = head;
    }
  }

  /** Whether one term did all that is due: where a slow server lost the lease meanwhile, the next one has to. */
  private async workIsDone(): Promise<boolean> {
    const { processes, packageStatus } = await this.worker();
    await processes.runDue();
    // What its timer looks at now and then, by a clock that is not the run's.
    packageStatus.sweep();
    await packageStatus.settled();
    return (await this.worker()).processes === processes;
  }

  private async worker(): Promise<Pick<Runtime, 'processes' | 'packageStatus'>> {
    const { runtime } = this.running;
    if (!(await runtime.isWorkerWithin(START_MS))) throw new Error('this is not the worker');
    return { processes: runtime.processes, packageStatus: runtime.packageStatus };
  }

  /** Only this process writes, so it knows the end of the log without asking for it. */
  private watchHead(events: EventStore): void {
    const append = events.append.bind(events);
    events.append = async (batch) => {
      const result = await append(batch);
      if (result.outcome === 'appended' && result.position > this.head) this.head = result.position;
      return result;
    };
  }

  private learn(step: Step, answer: unknown): void {
    if (isRejection(answer)) return;
    const made = answer as { id: string; publicId: number; partnerId: string };
    if (step.do === 'supplier') this.suppliers.push(made.id);
    else if (step.do === 'product') this.products.push(made.id);
    else if (step.do === 'package') this.packages.push(made);
    else if (step.do === 'partner') this.partners.push(made.partnerId);
  }

  private context(): CommandContext {
    const commandId = this.ids.uuid();
    return { commandId, correlationId: commandId, actor: { kind: 'staff', id: 'test' }, surface: 'test' };
  }

  private commandOf(step: Step): Command<unknown> {
    return this.supplyOf(step) ?? this.saleOf(step) ?? this.changeOf(step);
  }

  private supplyOf(step: Step): Command<unknown> | null {
    const context = this.context();
    switch (step.do) {
      case 'supplier':
        return new CreateSupplier(context, { name: `Supplier ${this.suppliers.length}` });
      case 'product': {
        const names = { en: `Product ${this.products.length}` };
        return new CreateProduct(context, { names, supplierId: this.suppliers[step.supplier]! });
      }
      case 'package': {
        const names = { en: `Package ${this.packages.length}` };
        const basePrice = { amount: step.price, currency: 'AZN' } as const;
        return new CreatePackage(context, { productId: this.products[step.product]!, names, basePrice });
      }
      case 'partner': {
        const { billingMode, creditLimit } = step;
        const login = `partner-${this.partners.length}`;
        const account = { name: login, login, password: `password of ${login}` };
        return new RegisterPartner(context, { ...account, billingMode, creditLimit });
      }
      case 'keys': {
        const keys = Array.from({ length: step.count }, (_, index) => {
          const name = String(step.first + index).padStart(8, '0');
          return { text: `KEY-${name}-TEXT`, serial: `SN-${name}` };
        });
        return new AddKeys(context, { packageId: this.packages[step.package]!.id, keys });
      }
      default:
        return null;
    }
  }

  private saleOf(step: Step): Command<unknown> | null {
    if (!('partner' in step) || !('currency' in step)) return null;
    const context = this.context();
    const partnerId = this.partners[step.partner]!;
    const { currency } = step;
    const buying = { partnerId, apiKeyId: null, currency };
    const customer = { email: null, language: 'en' };
    switch (step.do) {
      case 'topUp':
        return new TopUpBalance(context, {
          ...{ ownerId: partnerId, purpose: 'main', currency, reference: step.reference, comment: null },
          amountMinor: BigInt(step.amount),
        });
      case 'adjust':
        return new AdjustBalance(context, {
          ...{ ownerId: partnerId, currency, reference: step.reference, reason: 'reason' },
          amountMinor: BigInt(step.amount),
        });
      case 'reserve':
        return new ReserveKey(context, { ...buying, package: this.packages[step.package]!.publicId });
      case 'buy': {
        const { publicId } = this.packages[step.package]!;
        return new BuyKey(context, { ...buying, ...customer, package: publicId, order: step.order });
      }
      case 'confirm': {
        const keyNumber = this.keyOf(step.reserved);
        const { order } = step;
        return new ConfirmSale(context, { ...buying, ...customer, keyNumber, order, currencies: [currency] });
      }
      case 'cancel':
        return new CancelReservation(context, { partnerId, keyNumber: this.keyOf(step.reserved) });
      case 'refund': {
        const id = orderId(partnerId, 'sale', step.order, 'grouped');
        return new RefundOrder(context, { orderId: id, kind: step.kind, reason: 'reason' });
      }
      case 'replace':
        return new ReplaceKey(context, {
          orderId: orderId(partnerId, 'sale', step.order, 'grouped'),
          keyNumber: null,
        });
    }
  }

  private changeOf(step: Step): Command<unknown> {
    const context = this.context();
    switch (step.do) {
      case 'price': {
        const basePrice = { amount: step.amount, currency: 'AZN' } as const;
        return new UpdatePackage(context, this.packages[step.package]!.id, { basePrice });
      }
      case 'explicit': {
        const changes = { prices: { USD: step.amount }, origin: 'manual' } as const;
        return new SetExplicitPrices(context, this.packages[step.package]!.id, changes);
      }
      case 'status': {
        const status = step.active ? 'active' : 'inactive';
        return new UpdatePackage(context, this.packages[step.package]!.id, { status });
      }
      case 'terms': {
        const status = step.active ? 'active' : 'inactive';
        const update = { commissionPercent: step.commission, status } as const;
        return new UpdatePartner(context, this.partners[step.partner]!, update);
      }
      case 'access': {
        const productIds = (step.products ?? []).map((product) => this.products[product]!);
        const access = { allProducts: step.products === null, productIds, packageIds: null };
        return new SetPartnerAccess(context, this.partners[step.partner]!, access);
      }
      case 'rates':
        return new SetRates(context, { rates: { USD: step.usd }, source: 'manual' });
      case 'quarantine':
        return new QuarantineKey(context, Number(this.keyOf(step.reserved)), 'reason');
      case 'retire':
        return new RetireKey(context, Number(this.keyOf(step.reserved)), 'reason');
      default:
        throw new Error(`no command for ${step.do}`);
    }
  }

  /** The key that a step reserved; 0, which there is not, if it was refused. */
  private keyOf(step: number): string {
    return (this.answers[step] as { keyNumber?: string }).keyNumber ?? '0';
  }
}
