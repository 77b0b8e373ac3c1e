import type { Db } from 'mongodb';
import { insertOrFind } from './insert-or-find.js';

/** Beside the record of the format, in its collection. */
interface OwnerRecord {
  readonly _id: 'owner';
  readonly namespace: string;
}

const RECORDS = 'format';

/** The namespace of the streams that a database is filled from; null: nobody said so yet. */
export async function ownerOf(database: Db): Promise<string | null> {
  return (await database.collection<OwnerRecord>(RECORDS).findOne({ _id: 'owner' }))?.namespace ?? null;
}

/** Takes a database for a namespace. @returns whose it is: whoever came first has it */
export async function claimDatabase(database: Db, namespace: string): Promise<string> {
  return (
    await insertOrFind<OwnerRecord>(database.collection<OwnerRecord>(RECORDS), { _id: 'owner', namespace })
  ).namespace;
}
