import type { TopUpEvent } from '../../../../src/contexts/wallets/events/topup.events.js';
import type { WalletEvent } from '../../../../src/contexts/wallets/events/wallet.events.js';
import { unreachable } from '../../../../src/platform/kernel/unreachable.js';
import type { Findings } from './findings.js';
import type { LogEvent } from './log-event.js';
import { StepHistory } from './step-history.js';

/** What a wallet may go down to, minor units; null: no limit. Asked at each event, by wallet id. */
export type FloorOf = (wallet: string) => bigint | null;

export interface SeenHold {
  readonly wallet: string;
  readonly kind: 'sale' | 'reservation';
  readonly amountMinor: bigint;
  readonly reservation: string | null;
  readonly deadlineMs: number;
}

export interface SeenCapture {
  readonly wallet: string;
  readonly hold: string;
  readonly amountMinor: bigint;
}

interface SeenWallet {
  postedMinor: bigint;
  heldMinor: bigint;
  readonly available: StepHistory;
}

const FLOOR = 'no hold or sale takes available below its limit';
const HOLD_ONCE = 'a hold is made once, and ends once';
const COVERED = 'a capture is what its hold held, and names no order twice';
const TOPUP_ONCE = 'a movement is booked once';
const TOPUPS = 'every top-up is finished, once, with its amount';

/** Folds what the wallets and the top-ups say, trusting nothing. */
export class MoneyLedger {
  readonly wallets = new Map<string, SeenWallet>();
  readonly openHolds = new Map<string, SeenHold>();
  /** `order:attempt` → capture. */
  readonly captures = new Map<string, SeenCapture>();
  /** `currency` → movements by counter account, from the wallets' side. */
  readonly movements = new Map<string, bigint>();
  /** `owner reference` → claimed and completed amounts. */
  readonly topUps = new Map<string, { wallet: string; amountMinor: bigint; completed: boolean }>();
  private readonly topUpStreams = new Map<string, string>();
  /** When each hold ended. */
  readonly endedHolds = new Map<string, number>();
  private readonly operations = new Set<string>();

  constructor(
    private readonly findings: Findings,
    private readonly floorOf: FloorOf,
  ) {
    for (const invariant of [FLOOR, HOLD_ONCE, COVERED, TOPUP_ONCE, TOPUPS]) findings.declare(invariant);
  }

  apply(event: LogEvent): void {
    if (event.category === 'wallet')
      this.applyToWallet(event.id, event as unknown as WalletEvent, event.atMs);
    if (event.category === 'topup') this.applyToTopUp(event.id, event as unknown as TopUpEvent);
  }

  finish(): void {
    for (const [reference, topUp] of this.topUps) {
      this.findings.check(TOPUPS, topUp.completed, () => `${reference} is unfinished`);
    }
  }

  wallet(id: string): SeenWallet {
    let wallet = this.wallets.get(id);
    if (!wallet) {
      wallet = { postedMinor: 0n, heldMinor: 0n, available: new StepHistory(0n) };
      this.wallets.set(id, wallet);
    }
    return wallet;
  }

  private applyToWallet(id: string, event: WalletEvent, atMs: number): void {
    const wallet = this.wallet(id);
    switch (event.type) {
      case 'FundsHeld':
        this.hold(id, event.data);
        break;
      case 'FundsCaptured':
        this.capture(id, event.data, atMs);
        break;
      case 'FundsReleased':
        this.release(id, event.data, atMs);
        break;
      case 'FundsCredited':
        this.move(id, event.data, BigInt(event.data.amount));
        break;
      case 'FundsDebited':
        this.move(id, event.data, -BigInt(event.data.amount));
        break;
      default:
        unreachable(event);
    }
    const available = wallet.postedMinor - wallet.heldMinor;
    wallet.available.record(atMs, available);
    const floor = this.floorOf(id);
    // Money that comes in, or comes free, may well leave the wallet below a limit that was lowered meanwhile.
    if (floor === null || (event.type !== 'FundsHeld' && event.type !== 'FundsCaptured')) return;
    this.findings.check(FLOOR, available >= floor, () => `${id}: ${available} of ${floor} by ${event.type}`);
  }

  private hold(id: string, data: Extract<WalletEvent, { type: 'FundsHeld' }>['data']): void {
    const { key, kind } = data.hold;
    const isNew = !this.openHolds.has(key) && !this.endedHolds.has(key);
    this.findings.check(HOLD_ONCE, isNew, () => `${key} was held again`);
    const amountMinor = BigInt(data.amount);
    this.wallet(id).heldMinor += amountMinor;
    const reservation = data.reservation?.reservation ?? null;
    const deadlineMs = Date.parse(data.deadline);
    this.openHolds.set(key, { wallet: id, kind, amountMinor, reservation, deadlineMs });
  }

  private capture(
    id: string,
    data: Extract<WalletEvent, { type: 'FundsCaptured' }>['data'],
    atMs: number,
  ): void {
    const { hold: key, order, attempt } = data;
    const amountMinor = BigInt(data.amount);
    const hold = this.openHolds.get(key);
    const isCovered =
      hold?.wallet === id &&
      amountMinor + BigInt(data.released) === hold.amountMinor &&
      !this.captures.has(`${order}:${attempt}`);
    this.findings.check(
      COVERED,
      isCovered,
      () => `${order} attempt ${attempt}: ${data.amount} of hold ${key}`,
    );
    this.captures.set(`${order}:${attempt}`, { wallet: id, hold: key, amountMinor });
    this.endHold(id, key, atMs);
    this.post(id, data.currency, data.counter, -amountMinor);
  }

  private release(
    id: string,
    data: Extract<WalletEvent, { type: 'FundsReleased' }>['data'],
    atMs: number,
  ): void {
    const hold = this.openHolds.get(data.hold);
    const released = BigInt(data.amount);
    const expected = hold?.amountMinor ?? 0n;
    this.findings.check(
      HOLD_ONCE,
      released === expected && !this.endedHolds.has(data.hold),
      () => `${data.hold} released ${released} of ${expected}`,
    );
    this.endHold(id, data.hold, atMs);
  }

  private endHold(id: string, key: string, atMs: number): void {
    const hold = this.openHolds.get(key);
    this.openHolds.delete(key);
    this.endedHolds.set(key, atMs);
    if (hold) this.wallet(id).heldMinor -= hold.amountMinor;
  }

  private move(
    id: string,
    data: Extract<WalletEvent, { type: 'FundsCredited' | 'FundsDebited' }>['data'],
    amountMinor: bigint,
  ): void {
    const { operation, currency, counter } = data;
    this.findings.check(TOPUP_ONCE, !this.operations.has(`${id} ${operation}`), () => `${id}: ${operation}`);
    this.operations.add(`${id} ${operation}`);
    this.post(id, currency, counter, amountMinor);
  }

  private post(id: string, currency: string, counter: string, amountMinor: bigint): void {
    this.wallet(id).postedMinor += amountMinor;
    const account = `${currency} ${counter}`;
    this.movements.set(account, (this.movements.get(account) ?? 0n) + amountMinor);
  }

  private applyToTopUp(stream: string, event: TopUpEvent): void {
    switch (event.type) {
      case 'TopUpClaimed': {
        const { owner, reference, wallet, amount } = event.data;
        const name = `${owner} ${reference}`;
        this.findings.check(TOPUPS, !this.topUps.has(name), () => `${name} was claimed twice`);
        this.topUps.set(name, { wallet, amountMinor: BigInt(amount), completed: false });
        this.topUpStreams.set(stream, name);
        return;
      }
      case 'TopUpCompleted': {
        const topUp = this.topUps.get(this.topUpStreams.get(stream) ?? '');
        const fits = topUp?.completed === false && topUp.amountMinor === BigInt(event.data.amount);
        this.findings.check(TOPUPS, fits, () => `${stream} was completed with ${event.data.amount}`);
        if (topUp) topUp.completed = true;
        return;
      }
      default:
        unreachable(event);
    }
  }
}
