/** What is known of a request that must not be carried out twice. JSON values only. */
export interface RememberedRequest {
  /** Keyed hash of what was asked. */
  readonly fingerprint: string;
  /** Of this attempt; the events that it stores name it as their cause. */
  readonly attemptId: string;
  readonly begunAtMs: number;
  /** Position of the log (decimal) before the attempt: it stored nothing up to there. */
  readonly after: string;
  /** Position (decimal) behind which the attempt stored nothing; null while it may be under way. */
  readonly upTo: string | null;
  /** The sealed answer; null if there is none. */
  readonly answer: string | null;
}

/**
 * Requests by their key, for as long as their repetition must be recognised.
 *
 * Guarantees of every engine: what a method has answered is on disk; of several claims to one key at once one wins; a
 * record is replaced or removed only by whoever names the attempt that it is of.
 */
export abstract class IdempotencyStore {
  /** Whether other processes use it too: what they began may still be under way. */
  abstract readonly isShared: boolean;

  /** Stores the request unless there is one under the key. @returns the one that is there; null: it is this one now. */
  abstract claim(key: string, request: RememberedRequest): Promise<RememberedRequest | null>;
  /** @returns false if the attempt's record is not there any more. */
  abstract replace(key: string, attemptId: string, request: RememberedRequest): Promise<boolean>;
  abstract release(key: string, attemptId: string): Promise<void>;
  /** Forgets the requests that began before. @returns how many */
  abstract forget(begunBeforeMs: number): Promise<number>;
  abstract close(): Promise<void>;
}
