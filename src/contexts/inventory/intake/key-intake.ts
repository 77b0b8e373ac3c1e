import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventStoreError } from '../../../platform/event-store/event-store.js';
import type { CommandContext, Executor } from '../../../platform/execution/transaction.js';
import type { Ids } from '../../../platform/kernel/ids.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import type { KeyStore } from '../../../platform/key-store/key-store.js';
import type { RecentReferences } from '../../catalog/index.js';
import { fingerprintRule } from '../domain/fingerprint.js';
import { type Announcement, INTAKE_ID, Intake } from '../domain/intake.js';
import { Lot } from '../domain/lot.js';
import { voidLot } from '../domain/lot-intake.decider.js';
import type { FingerprintIndex } from '../indexes/fingerprint-index.js';
import { KEYS_PER_SLICE, LOTS_IN_FLIGHT } from '../limits.js';
import { mayComeBack } from './returning-keys.js';
import {
  type IntakeRejection,
  type IntakeRequest,
  type Outcome,
  type PreparedLot,
  refusePackage,
  takeInLot,
} from './take-in-lot.js';

export interface TakenIn {
  /** Number of the lot that holds the added keys, the first in slot 0; null if none was new. */
  readonly lot: number | null;
  /** Indices into the batch. */
  readonly added: readonly number[];
  readonly duplicates: readonly number[];
}

export interface KeyIntakeOptions {
  readonly executor: Executor;
  /** Told of the lots that packages get. */
  readonly references: RecentReferences;
  readonly index: FingerprintIndex;
  readonly keys: KeyStore;
  readonly ids: Ids;
  readonly namespace: string;
  /** How long another node's announced lot may take to appear before it is closed. */
  readonly graceMs?: number;
}

const GRACE_MS = 1000;
/** How long the index may take to reflect what is in the log before intake gives up. */
const REFLECTED_WITHIN_MS = 30_000;
/** How often keys are prepared anew because their lot number went to somebody else. */
const MAX_ATTEMPTS = 50;
const EXACT = fingerprintRule('exact');

/** A lot of this process whose keys the index does not reflect yet. */
interface LotInFlight extends Announcement {
  readonly fingerprints: ReadonlySet<string>;
  /** Whether its keys are compared exactly. */
  readonly isExact: boolean;
  /** Resolves when the index reflects the lot, or it is certain that this process does not fill it. */
  readonly settled: Promise<void>;
}

/** The part of a batch that is new. */
interface Choice {
  readonly added: readonly number[];
  readonly duplicates: readonly number[];
}

interface Started {
  readonly choice: Choice;
  readonly lot: number | null;
  readonly outcome: Promise<Outcome>;
}

/**
 * Takes keys in, each only once over all packages and all time.
 *
 * All lots pass through the `intake` stream: an announcement at revision R says that the fingerprint index of
 * its maker reflected every lot up to R. So whoever announces first waits for the lots before his; one that
 * was announced and does not appear is closed, and its maker, should he come back, finds that and prepares
 * his keys again. Lots of this process that are still on their way count as reflected for keys that are not
 * among theirs, so that several can be under way; an announcement that counted on them is made only if they
 * are what stands under their numbers.
 */
export class KeyIntake {
  private readonly inFlight = new Set<LotInFlight>();
  /** The next number, as far as this process knows; null: ask the stream. */
  private nextNumber: number | null = null;
  private turns: Promise<unknown> = Promise.resolve();
  /** When the last numbered lot has been handed to the executor, or never will be. */
  private sent: Promise<void> = Promise.resolve();

  constructor(private readonly options: KeyIntakeOptions) {}

  /** @throws {EventStoreError} when the store, or the index behind it, does not answer. */
  async takeIn(
    context: CommandContext,
    request: IntakeRequest,
  ): Promise<TakenIn | Rejection<IntakeRejection>> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const turn = this.turns.then(() => this.startLot(context, request));
      this.turns = turn.catch(() => undefined);
      const { choice, lot, outcome } = await turn;
      const settled = await outcome;
      if (isRejection(settled)) return settled;
      if (settled === 'taken') return { lot, ...choice };
    }
    throw new EventStoreError('Unavailable', 'other nodes kept taking the lot number', 'nothing');
  }

  /**
   * One batch at a time: chooses what is new and gives it the next number. Sealing and storing go on behind
   * it.
   */
  private async startLot(context: CommandContext, request: IntakeRequest): Promise<Started> {
    while (this.inFlight.size >= LOTS_IN_FLIGHT) {
      await inTime(Promise.race([...this.inFlight].map(({ settled }) => settled)));
    }
    const { lot, counted } = await this.reachNextLot(context);
    const choice = await this.choose(context, request);
    if (choice.added.length === 0) {
      const { executor } = this.options;
      const outcome = executor.run(context, (tx) => refusePackage(tx, request) ?? ('taken' as const));
      return { choice, lot: null, outcome };
    }
    const announcement = this.options.ids.uuid();
    const outcome = this.fillLot(context, request, { lot, announcement, counted }, choice.added);
    const fingerprints = new Set(choice.added.map((index) => request.batch.fingerprints[index]!));
    const isExact = request.fingerprintRule === EXACT;
    const settled = this.settle(lot, outcome);
    const started: LotInFlight = { lot, announcement, fingerprints, isExact, settled };
    this.nextNumber = lot + 1;
    this.inFlight.add(started);
    void started.settled.then(() => this.inFlight.delete(started));
    return { choice, lot, outcome };
  }

  /** Seals the chosen keys and announces them with their lot, after the lot before has been sent off. */
  private fillLot(
    context: CommandContext,
    request: IntakeRequest,
    turn: Omit<PreparedLot, 'intakes'>,
    added: readonly number[],
  ): Promise<Outcome> {
    const { executor, references, keys: keyStore, namespace } = this.options;
    const before = this.sent;
    const prepare = async (): Promise<PreparedLot> => {
      const dataKey = await keyStore.obtain(`lot-${turn.lot}`);
      const stream = `${namespace}.${Lot.category}-${turn.lot}`;
      const intakes = await request.batch.seal(added, { stream, dataKey });
      // What another thread sealed is unpacked in one piece; storing it is one more.
      await nextTurn();
      await before;
      return { ...turn, intakes };
    };
    const prepared = prepare();
    const outcome = prepared.then((ready) =>
      executor.run(context, (tx) => takeInLot(tx, request, ready, references)),
    );
    // Registered after the line above, so whoever waits for it comes after this lot's run.
    this.sent = prepared.then(
      () => undefined,
      () => undefined,
    );
    return outcome;
  }

  private async settle(lot: number, outcome: Promise<Outcome>): Promise<void> {
    const taken = await outcome.then(
      (result) => result === 'taken',
      () => false,
    );
    if (!taken) this.nextNumber = null;
    while (taken && !(await this.options.index.whenReflected(lot, REFLECTED_WITHIN_MS)));
  }

  /**
   * The number after the last announced lot, once the index reflects all lots before it but those of this
   * process that are on their way: these are counted on to stand as they were sent.
   */
  private async reachNextLot(context: CommandContext): Promise<{ lot: number; counted: Announcement[] }> {
    const { index, executor } = this.options;
    for (;;) {
      const next =
        this.nextNumber ?? (await executor.run(context, (tx) => tx.load(Intake, INTAKE_ID).lots)) + 1;
      const counted: Announcement[] = [];
      let lot = index.reflectedThrough + 1;
      for (; lot < next; lot += 1) {
        const own = [...this.inFlight].findLast((other) => other.lot === lot);
        if (own) counted.push(own);
        else if (!(await this.awaitLot(context, lot))) break;
      }
      if (lot >= next) return { lot: next, counted };
      this.nextNumber = null;
    }
  }

  /**
   * Waits for an announced lot to appear in the index; closes it when it does not appear in the store either.
   * False: it was never announced, what had been seen of it did not reach the disk.
   */
  private async awaitLot(context: CommandContext, lot: number): Promise<boolean> {
    const { index, executor, graceMs = GRACE_MS } = this.options;
    if (await index.whenReflected(lot, graceMs)) return true;
    const announced = await executor.run(context, (tx) => {
      if (tx.load(Intake, INTAKE_ID).lots < lot) return false;
      tx.append(Lot, String(lot), voidLot(tx.load(Lot, String(lot)), 'announced and never filled'));
      return true;
    });
    if (!announced) return false;
    if (await index.whenReflected(lot, REFLECTED_WITHIN_MS)) return true;
    throw new EventStoreError('Unavailable', `the fingerprint index does not reach lot ${lot}`, 'nothing');
  }

  private async choose(
    context: CommandContext,
    { batch, fingerprintRule: rule }: IntakeRequest,
  ): Promise<Choice> {
    const { fingerprints } = batch;
    const isExact = rule === EXACT;
    // Asked now that the lots before are known: there may have been no keys of the other format when these were prepared.
    const isCompared =
      isExact || this.options.index.hasExactKeys || [...this.inFlight].some((lot) => lot.isExact);
    const others = isCompared ? await batch.otherFingerprints() : [];
    const seen = new Set<string>();
    const known = new Map<number, number>();
    const duplicates = new Set<number>();
    for (const [position, fingerprint] of fingerprints.entries()) {
      if (position > 0 && position % KEYS_PER_SLICE === 0) await nextTurn();
      if (seen.has(fingerprint)) duplicates.add(position);
      seen.add(fingerprint);
      const settling = this.settling(fingerprint);
      if (settling) await settling;
      const key = this.options.index.find(fingerprint);
      if (key !== null) known.set(position, key);
      const other = others[position];
      if (key !== null || !other) continue;
      // The same text may have come in under the other rule. What came in under this one is told apart by its own form.
      const otherSettling = this.settling(other);
      if (otherSettling) await otherSettling;
      const sameText = this.options.index.find(other);
      if (sameText !== null && this.options.index.isExact(sameText) !== isExact)
        known.set(position, sameText);
    }
    const back = await mayComeBack(this.options, context, new Set(known.values()));
    for (const [position, key] of known) if (!back.has(key)) duplicates.add(position);
    const added = fingerprints.map((_, position) => position).filter((position) => !duplicates.has(position));
    return { added, duplicates: [...duplicates].sort((a, b) => a - b) };
  }

  /**
   * Until it is certain what becomes of a lot on its way that has this fingerprint, nobody can say whether it is a duplicate. Null if
   * there is none: keys by the thousand do not wait for nothing.
   */
  private settling(fingerprint: string): Promise<unknown> | null {
    const lots: Promise<unknown>[] = [];
    for (const lot of this.inFlight) if (lot.fingerprints.has(fingerprint)) lots.push(inTime(lot.settled));
    return lots.length > 0 ? Promise.all(lots) : null;
  }
}

/** Gives up on a lot on its way that the index does not come to reflect. @throws {EventStoreError} */
async function inTime(settled: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new EventStoreError('Unavailable', 'the fingerprint index does not follow', 'nothing');
    timer = setTimeout(() => reject(error), REFLECTED_WITHIN_MS);
  });
  await Promise.race([settled, late]).finally(() => clearTimeout(timer));
}
