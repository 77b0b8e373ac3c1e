import type { DocumentId, ReadDocument, ReadStore } from '../read-store/read-store.js';
import type { AnyProjection } from './projection.js';
import { type OnProgress, Rebuild, type RebuildOptions } from './rebuild.js';

const COMPARED_AT_ONCE = 500;
/** Differences that are named; all are counted. */
const MAX_NAMED = 100;

export interface Difference {
  readonly id: DocumentId;
  /** `missing`: a fresh fold has it, the readers do not; `extra`: the other way round. */
  readonly problem: 'missing' | 'extra' | 'different';
}

/** What came of comparing a read model with a fresh fold of the log. */
export interface Verified {
  readonly projection: string;
  readonly events: number;
  readonly documents: number;
  /** How many documents differ, and the first of them. */
  readonly differing: number;
  readonly differences: readonly Difference[];
}

/**
 * Folds one projection anew beside the live documents and compares the two, byte for byte. Both must reflect the same
 * position whenever documents are compared; between that the live ones may go on.
 */
export class Verification {
  private after: DocumentId | null = null;
  private compared = 0;
  private differing = 0;
  private readonly differences: Difference[] = [];

  private constructor(
    private readonly documents: ReadStore,
    private readonly projection: AnyProjection,
    private readonly live: string,
    private readonly fresh: Rebuild,
  ) {}

  static async begin(
    options: RebuildOptions,
    projection: AnyProjection,
    live: string,
  ): Promise<Verification> {
    const fresh = await Rebuild.beginScratch(options, projection);
    return new Verification(options.documents, projection, live, fresh);
  }

  /** Folds the next events up to `head`. @returns whether it is reached. */
  step(head: bigint, onProgress: OnProgress, signal?: AbortSignal): Promise<boolean> {
    return this.fresh.step(head, onProgress, signal);
  }

  /**
   * Compares the next documents in the order of their ids, once the fold is where the live documents are.
   * @returns whether there are no more.
   */
  async compareNext(head: bigint, onProgress: OnProgress): Promise<boolean> {
    const quiet = (): void => undefined;
    while (!(await this.fresh.step(head, quiet))) {}
    const [live, fresh] = await Promise.all([
      this.page(this.live),
      this.page(this.fresh.collections[this.projection.name]!),
    ]);
    // Behind the last id of a full page the other side may have more.
    const ends = [live, fresh].flatMap((page) => (page.length < COMPARED_AT_ONCE ? [] : [page.at(-1)!._id]));
    const [end = null] = ends.toSorted((a, b) => (a < b ? -1 : 1));
    const within = ({ _id }: ReadDocument): boolean => end === null || _id <= end;
    this.compare(live.filter(within), fresh.filter(within));
    this.after = end;
    onProgress({ ...this.fresh.progress, head, compared: this.compared });
    return end === null;
  }

  get result(): Verified {
    const { projection, compared: documents, differing, differences } = this;
    return {
      projection: projection.name,
      events: this.fresh.progress.events,
      documents,
      differing,
      differences,
    };
  }

  async discard(): Promise<void> {
    await Rebuild.discardScratch(this.documents, this.projection);
  }

  private page(collection: string): Promise<ReadDocument[]> {
    const filter = this.after === null ? {} : { _id: { $gt: this.after } };
    return this.documents.find(collection, { filter, sort: { _id: 1 }, limit: COMPARED_AT_ONCE });
  }

  private compare(live: readonly ReadDocument[], fresh: readonly ReadDocument[]): void {
    const expected = new Map(fresh.map((document) => [document._id, JSON.stringify(document)]));
    for (const document of live) {
      const text = expected.get(document._id);
      expected.delete(document._id);
      if (text === undefined) this.note(document._id, 'extra');
      else if (text !== JSON.stringify(document)) this.note(document._id, 'different');
    }
    for (const id of expected.keys()) this.note(id, 'missing');
    this.compared += live.length + expected.size;
  }

  private note(id: DocumentId, problem: Difference['problem']): void {
    this.differing += 1;
    if (this.differences.length < MAX_NAMED) this.differences.push({ id, problem });
  }
}
