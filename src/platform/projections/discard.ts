import type { ReadStore } from '../read-store/read-store.js';
import { MANIFEST_KEY, type Manifest } from './read-models.js';
import { REBUILD_KEY } from './rebuild.js';

/** Throws all read models away, and what was half made: they are folded from the beginning of the log next. */
export async function discardReadModels(documents: ReadStore): Promise<void> {
  const live = (await documents.readCheckpoint(MANIFEST_KEY)) as Manifest | null;
  const rebuild = (await documents.readCheckpoint(REBUILD_KEY)) as Pick<Manifest, 'collections'> | null;
  const names = [live?.collections, rebuild?.collections].flatMap((found) => Object.values(found ?? {}));
  // Readers see that there is nothing, before there is nothing.
  await documents.removeCheckpoint(MANIFEST_KEY);
  await documents.removeCheckpoint(REBUILD_KEY);
  for (const name of new Set([...names, ...(live?.retired ?? [])])) await documents.dropCollection(name);
}
