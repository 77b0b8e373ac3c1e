import type { EmbeddedReadStore } from '../../src/platform/read-store/embedded/embedded-read-store.js';
import {
  type DocumentId,
  type Filter,
  type FindOptions,
  type NamedCollection,
  type ReadBatch,
  type ReadDocument,
  ReadStore,
  type ScanOptions,
} from '../../src/platform/read-store/read-store.js';

/** What the end of a process may leave of a change to the store. */
const CUTS = ['nothing', 'half of the documents', 'all documents, no checkpoint', 'everything'] as const;
export type Cut = (typeof CUTS)[number];
export const EVERY_CUT: readonly Cut[] = CUTS;

/** How many of a batch's documents are stored at a cut. */
const SHARE: Readonly<Record<Cut, number>> = {
  nothing: 0,
  'half of the documents': 0.5,
  'all documents, no checkpoint': 1,
  everything: 1,
};
const PARTIAL = { 'half of the documents': true, 'all documents, no checkpoint': true };

/**
 * A read store whose process ends at its n-th change: of that one as much is stored as an engine without transactions
 * may have, nothing of those after it, and nobody is answered any more.
 */
export class CutReadStore extends ReadStore {
  private changes = 0;
  readonly cut: Promise<void>;
  private end!: () => void;
  /** False if the change has no parts, and stored nothing where some of it was to be. */
  couldBeCut = true;

  constructor(
    private readonly store: EmbeddedReadStore,
    private readonly at: number,
    private readonly how: Cut,
  ) {
    super();
    this.cut = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  get batchDocuments(): number {
    return this.store.batchDocuments;
  }

  get wasCut(): boolean {
    return this.changes > this.at;
  }

  openCollection(spec: NamedCollection): Promise<void> {
    return this.change(() => this.store.openCollection(spec));
  }

  dropCollection(name: string): Promise<void> {
    return this.change(() => this.store.dropCollection(name));
  }

  removeCheckpoint(key: string): Promise<void> {
    return this.change(() => this.store.removeCheckpoint(key));
  }

  write(batch: ReadBatch): Promise<void> {
    return this.change(
      () => this.store.write(batch),
      (share) => this.store.write(partOf(batch, share)),
    );
  }

  load(collection: string, ids: readonly DocumentId[]) {
    return this.store.load(collection, ids);
  }

  readCheckpoint(key: string) {
    return this.store.readCheckpoint(key);
  }

  get<D extends ReadDocument>(collection: string, id: DocumentId) {
    return this.store.get<D>(collection, id);
  }

  find<D extends ReadDocument>(collection: string, options?: FindOptions) {
    return this.store.find<D>(collection, options);
  }

  count(collection: string, filter?: Filter) {
    return this.store.count(collection, filter);
  }

  scan<D extends ReadDocument>(collection: string, options?: ScanOptions) {
    return this.store.scan<D>(collection, options);
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private async change(whole: () => Promise<void>, part?: (share: number) => Promise<void>): Promise<void> {
    const place = this.changes;
    this.changes += 1;
    if (place < this.at) return whole();
    if (place === this.at) {
      this.couldBeCut = part !== undefined || !(this.how in PARTIAL);
      if (this.how === 'everything') await whole();
      else await part?.(SHARE[this.how]);
      this.end();
    }
    throw new Error('the process has ended');
  }
}

/** The first documents of a batch, under a checkpoint that nobody reads. */
const partOf = ({ position, writes }: ReadBatch, share: number): ReadBatch => ({
  position,
  writes: writes.map(({ collection, documents }) => ({
    collection,
    documents: new Map([...documents].slice(0, Math.ceil(documents.size * share))),
  })),
  checkpoint: { key: 'nobody', value: null },
});
