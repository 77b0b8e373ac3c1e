import { setImmediate as nextTurn } from 'node:timers/promises';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { Clock } from '../../../platform/kernel/clock.js';
import type { StoredMoney } from '../../../platform/kernel/money.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { keyId } from '../domain/key-number.js';
import { intakeTerms, KeyPreparers, type TermsRejection } from '../intake/intake-terms.js';
import { LotFill, PreparedBatch } from '../intake/key-batch.js';
import { KeyIntake } from '../intake/key-intake.js';
import type { GivenKey, InvalidKeyReason, KeyPreparer, PreparedKey } from '../intake/key-preparer.js';
import { KEYS_PER_COMMAND, KEYS_PER_SLICE } from '../limits.js';

export interface KeysToAdd {
  /** UUID. */
  readonly packageId: string;
  readonly keys: readonly GivenKey[];
  /** What one key cost; absent: what the package says, null: unknown. */
  readonly unitCost?: StoredMoney | null;
}

export type SkipReason = InvalidKeyReason | 'duplicate' | 'duplicate_in_request';

/** Indices into the command's keys, both lists in order. */
export interface KeysAdded {
  readonly added: readonly { readonly index: number; readonly keyId: number }[];
  readonly skipped: readonly { readonly index: number; readonly reason: SkipReason }[];
}

export type AddKeysRejection = TermsRejection | 'TooManyKeys';

/**
 * Takes keys into a package's stock and switches the package on. Keys that ever came in before, anywhere, are
 * skipped: a command that is given again adds nothing twice.
 */
export class AddKeys extends Command<KeysAdded | Rejection<AddKeysRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly request: KeysToAdd,
  ) {
    super();
  }
}

/** A prepared key and where it stands in the request. */
interface Candidate {
  readonly index: number;
  readonly key: PreparedKey;
}

@CommandHandler(AddKeys)
export class AddKeysHandler implements ICommandHandler<AddKeys> {
  constructor(
    private readonly executor: Executor,
    private readonly intake: KeyIntake,
    private readonly preparers: KeyPreparers,
    private readonly clock: Clock,
  ) {}

  async execute({ context, request }: AddKeys): Promise<KeysAdded | Rejection<AddKeysRejection>> {
    if (request.keys.length > KEYS_PER_COMMAND) return reject('TooManyKeys', { limit: KEYS_PER_COMMAND });
    const terms = await intakeTerms(this.executor, context, request.packageId, request.unitCost);
    if (isRejection(terms)) return terms;
    const skipped = new Map<number, SkipReason>();
    const preparer = this.preparers.for(terms.format);
    const candidates = await this.prepare(request.keys, preparer, skipped);
    const added = new Map<number, number>();
    for (const lot of intoLots(candidates)) {
      const taken = await this.intake.takeIn(context, {
        packageId: request.packageId,
        unitCost: terms.unitCost,
        fingerprintRule: terms.fingerprintRule,
        batch: new PreparedBatch(
          lot.map(({ key }) => key),
          preparer,
        ),
      });
      if (isRejection(taken)) return taken;
      for (const place of taken.duplicates) skipped.set(lot[place]!.index, 'duplicate');
      taken.added.forEach((place, slot) => {
        added.set(lot[place]!.index, keyId(taken.lot!, slot));
      });
    }
    const inOrder = <T>(entries: Map<number, T>) => [...entries].sort((a, b) => a[0] - b[0]);
    return {
      added: inOrder(added).map(([index, id]) => ({ index, keyId: id })),
      skipped: inOrder(skipped).map(([index, reason]) => ({ index, reason })),
    };
  }

  private async prepare(
    keys: readonly GivenKey[],
    preparer: KeyPreparer,
    skipped: Map<number, SkipReason>,
  ): Promise<Candidate[]> {
    const nowMs = this.clock.now();
    const seen = new Set<string>();
    const candidates: Candidate[] = [];
    for (const [index, given] of keys.entries()) {
      if (index > 0 && index % KEYS_PER_SLICE === 0) await nextTurn();
      const key = preparer.prepare(given, nowMs);
      if (typeof key === 'string') skipped.set(index, key);
      else if (seen.has(key.fingerprint)) skipped.set(index, 'duplicate_in_request');
      else {
        seen.add(key.fingerprint);
        candidates.push({ index, key });
      }
    }
    return candidates;
  }
}

function intoLots(candidates: readonly Candidate[]): Candidate[][] {
  const lots: Candidate[][] = [];
  let fill = new LotFill();
  for (const candidate of candidates) {
    if (lots.length === 0 || !fill.add(candidate.key)) {
      fill = new LotFill();
      fill.add(candidate.key);
      lots.push([]);
    }
    lots.at(-1)!.push(candidate);
  }
  return lots;
}
