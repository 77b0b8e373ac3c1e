import { setTimeout as delay } from 'node:timers/promises';
import type { Collection, Filter, OptionalUnlessRequiredId } from 'mongodb';
import { isDuplicateKey } from './errors.js';

const PAUSE_MS = 20;
const MAX_TRIES = 250;

/**
 * Stores a document unless there is one under its id.
 * @returns what is there, in the journals of the majority: the document itself, or the one that was there before.
 */
export async function insertOrFind<D extends { readonly _id: string }>(
  collection: Collection<D>,
  document: D,
): Promise<D> {
  for (let tries = 1; ; tries += 1) {
    try {
      await collection.insertOne(document as OptionalUnlessRequiredId<D>);
      return document;
    } catch (error) {
      if (!isDuplicateKey(error) || tries === MAX_TRIES) throw error;
    }
    const found = await collection.findOne<D>({ _id: document._id } as Filter<D>);
    if (found) return found;
    // It was removed meanwhile, or the majority does not have it yet.
    await delay(PAUSE_MS);
  }
}
