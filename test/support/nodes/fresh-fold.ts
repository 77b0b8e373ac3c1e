import { isDeepStrictEqual } from 'node:util';
import { PROJECTIONS } from '../../../projections/all.js';
import { UPCASTERS } from '../../../src/composition/projecting.js';
import type { EventStore } from '../../../src/platform/event-store/event-store.js';
import { MANIFEST_KEY, type Manifest, NO_MANIFEST } from '../../../src/platform/projections/read-models.js';
import { Rebuild } from '../../../src/platform/projections/rebuild.js';
import { EmbeddedReadStore } from '../../../src/platform/read-store/embedded/embedded-read-store.js';
import type { DocumentId, ReadDocument, ReadStore } from '../../../src/platform/read-store/read-store.js';

const PAGE_DOCUMENTS = 500;

/** How far the documents are folded. */
export const manifestOf = async (documents: ReadStore): Promise<Manifest> =>
  ((await documents.readCheckpoint(MANIFEST_KEY)) as Manifest | null) ?? NO_MANIFEST;

export interface Compared {
  readonly projection: string;
  readonly documents: number;
  /** Ids of those that a fresh fold makes otherwise, or not, or alone. */
  readonly differing: readonly DocumentId[];
}

/**
 * Folds the log anew, up to where the documents are, in this process and into a folder of its own, and compares. Nobody
 * writes to either meanwhile. `projections verify` does the same on the worker, into collections that it drops one after the
 * other: a server that answers nobody while it drops one makes the worker lose its lease.
 */
export async function compareWithFreshFold(options: {
  readonly events: EventStore;
  readonly documents: ReadStore;
  readonly namespace: string;
  /** An empty folder. */
  readonly directory: string;
}): Promise<Compared[]> {
  const { events, documents, namespace, directory } = options;
  const { position, collections } = await manifestOf(documents);
  const fresh = EmbeddedReadStore.open({ directory });
  try {
    const folding = { events, documents: fresh, upcasters: UPCASTERS, namespace };
    const rebuild = await Rebuild.begin(folding, PROJECTIONS, {});
    while (!(await rebuild.step(BigInt(position), () => undefined))) {}
    const compared: Compared[] = [];
    for (const { name } of PROJECTIONS) {
      const live = await allOf(documents, collections[name]!);
      const expected = await allOf(fresh, rebuild.collections[name]!);
      const ids = new Set([...live.keys(), ...expected.keys()]);
      const differing = [...ids].filter((id) => !isDeepStrictEqual(live.get(id), expected.get(id)));
      compared.push({ projection: name, documents: ids.size, differing });
    }
    return compared;
  } finally {
    await fresh.close();
  }
}

async function allOf(documents: ReadStore, collection: string): Promise<Map<DocumentId, unknown>> {
  const all = new Map<DocumentId, unknown>();
  for (let page: ReadDocument[], after: DocumentId | null = null; ; after = page.at(-1)!._id) {
    const filter = after === null ? {} : { _id: { $gt: after } };
    page = await documents.find(collection, { filter, sort: { _id: 1 }, limit: PAGE_DOCUMENTS });
    // As it is shown: what is not set is not there.
    for (const document of page) all.set(document._id, JSON.parse(JSON.stringify(document)));
    if (page.length < PAGE_DOCUMENTS) return all;
  }
}
