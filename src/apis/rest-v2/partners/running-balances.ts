import {
  type MovementSumDocument,
  REVISIONS_PER_STRETCH,
  stretchKey,
  stretchOf,
} from '../../../../projections/wallets/movement-sums.projection.js';
import { type MovementDocument, movementKey } from '../../../../projections/wallets/movements.projection.js';
import { walletId } from '../../../contexts/wallets/index.js';
import type { ReadModels } from '../../../platform/projections/read-models.js';

const walletOf = ({ ownerId, currency }: MovementDocument): string => walletId(ownerId, 'main', currency);
const byRevision = (a: MovementDocument, b: MovementDocument): number => a.revision - b.revision;

/** What a wallet's movements before a revision come to. */
interface Mark {
  readonly revision: number;
  readonly balance: bigint;
}

const BEGINNING: Mark = { revision: 0, balance: 0n };

/**
 * The balances after movements that come in the order of their times. A clock that was wrong may have dated some, so
 * the next in time need not be the next in the wallet.
 */
export class RunningBalances {
  private marks = new Map<string, readonly Mark[]>();

  constructor(private readonly models: ReadModels) {}

  /** @param lines read to the end before the next ones are given: the closer they are to the ones before, the less is read. */
  async after(lines: readonly MovementDocument[]): Promise<bigint[]> {
    const balances = new Map<MovementDocument['_id'], bigint>();
    for (const [wallet, own] of byWallet(lines)) {
      const marks: Mark[] = [];
      for (const run of runsOf(own.toSorted(byRevision)))
        marks.push(...(await this.walk(wallet, run, balances)));
      this.marks.set(wallet, marks);
    }
    return lines.map(({ _id }) => balances.get(_id)!);
  }

  /** Notes the balances after all movements from the first of a run to its last, and returns those at its ends. */
  private async walk(
    wallet: string,
    run: readonly MovementDocument[],
    balances: Map<MovementDocument['_id'], bigint>,
  ): Promise<Mark[]> {
    const first = run[0]!.revision;
    const end = run.at(-1)!.revision + 1;
    const movements = await this.movements(wallet, first, end);
    const moved = sumOf(movements);
    const known = this.marks.get(wallet) ?? [BEGINNING];
    const above = known.find(({ revision }) => revision >= end);
    const below = known.findLast(({ revision }) => revision <= first) ?? BEGINNING;
    const begin = above
      ? above.balance - (await this.sum(wallet, end, above.revision)) - moved
      : below.balance + (await this.sum(wallet, below.revision, first));
    let balance = begin;
    for (const { _id, amount } of movements) {
      balance += BigInt(amount);
      balances.set(_id, balance);
    }
    return [
      { revision: first, balance: begin },
      { revision: end, balance },
    ];
  }

  /** Of the movements from a revision up to another: whole stretches, and lines alone at the ends. */
  private async sum(wallet: string, from: number, to: number): Promise<bigint> {
    const firstWhole = stretchOf(from + REVISIONS_PER_STRETCH - 1);
    const endWhole = stretchOf(to);
    if (firstWhole >= endWhole) return sumOf(await this.movements(wallet, from, to));
    let sum = sumOf(await this.movements(wallet, from, firstWhole * REVISIONS_PER_STRETCH));
    const whole = { _id: { $gte: stretchKey(wallet, firstWhole), $lt: stretchKey(wallet, endWhole) } };
    for await (const sums of this.models.scan<MovementSumDocument>('movement-sums', { filter: whole })) {
      for (const stretch of sums) sum += BigInt(stretch.sum);
    }
    return sum + sumOf(await this.movements(wallet, endWhole * REVISIONS_PER_STRETCH, to));
  }

  private async movements(wallet: string, from: number, to: number): Promise<MovementDocument[]> {
    if (from >= to) return [];
    const filter = { _id: { $gte: movementKey(wallet, from), $lt: movementKey(wallet, to) } };
    return this.models.find<MovementDocument>('movements', { filter, sort: { _id: 1 } });
  }
}

function byWallet(lines: readonly MovementDocument[]): Map<string, MovementDocument[]> {
  const groups = new Map<string, MovementDocument[]>();
  for (const line of lines) {
    const wallet = walletOf(line);
    const group = groups.get(wallet);
    if (group) group.push(line);
    else groups.set(wallet, [line]);
  }
  return groups;
}

function sumOf(movements: readonly MovementDocument[]): bigint {
  let sum = 0n;
  for (const { amount } of movements) sum += BigInt(amount);
  return sum;
}

/** Parts in which one movement comes soon after the other. */
function runsOf(oldestFirst: readonly MovementDocument[]): MovementDocument[][] {
  const runs: MovementDocument[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const line of oldestFirst) {
    if (line.revision - last > REVISIONS_PER_STRETCH) runs.push([]);
    runs.at(-1)!.push(line);
    last = line.revision;
  }
  return runs;
}
