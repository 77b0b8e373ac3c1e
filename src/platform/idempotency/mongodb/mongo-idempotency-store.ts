import type { Collection, Db } from 'mongodb';
import { insertOrFind } from '../../mongodb/insert-or-find.js';
import { IdempotencyStore, type RememberedRequest } from '../idempotency-store.js';

interface StoredRequest extends RememberedRequest {
  readonly _id: string;
}

/** Requests in MongoDB, one document for each key. A write is in the journal of the majority before it is answered. */
export class MongoIdempotencyStore extends IdempotencyStore {
  readonly isShared = true;

  private constructor(private readonly requests: Collection<StoredRequest>) {
    super();
  }

  static async open(database: Db): Promise<MongoIdempotencyStore> {
    const requests = database.collection<StoredRequest>('idempotency_keys');
    await requests.createIndex({ begunAtMs: 1 });
    return new MongoIdempotencyStore(requests);
  }

  async claim(key: string, request: RememberedRequest): Promise<RememberedRequest | null> {
    const { _id, ...found } = await insertOrFind(this.requests, { _id: key, ...request });
    // A claim that broke off and was repeated meets what it stored itself.
    return found.attemptId === request.attemptId ? null : found;
  }

  async replace(key: string, attemptId: string, request: RememberedRequest): Promise<boolean> {
    const { matchedCount } = await this.requests.replaceOne({ _id: key, attemptId }, request);
    if (matchedCount > 0) return true;
    const found = await this.requests.findOne({ _id: key });
    return found?.attemptId === request.attemptId;
  }

  async release(key: string, attemptId: string): Promise<void> {
    await this.requests.deleteOne({ _id: key, attemptId });
  }

  async forget(begunBeforeMs: number): Promise<number> {
    const { deletedCount } = await this.requests.deleteMany({ begunAtMs: { $lt: begunBeforeMs } });
    return deletedCount;
  }

  /** The connection is its owner's to close. */
  async close(): Promise<void> {}
}
