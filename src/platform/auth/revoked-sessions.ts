import type { IndexedEvent, IndexKeep, LocalIndex } from '../indexes/local-index.js';
import { hasCome } from '../kernel/deadline.js';
import { ACCESS_TOKEN_SECONDS } from './tokens.js';

/**
 * So many are kept however late it seems to be: a clock that was ahead, of this or of another process, says that tokens have
 * ended which are good again once it was put right.
 */
const KEPT_AT_LEAST = 10_000;

/** Sessions revoked so lately that an access token of theirs may still be about. */
export class RevokedSessions implements LocalIndex {
  readonly name = 'revoked-sessions';
  readonly version = 1;
  readonly categories = ['session'];
  /** When the last access token of a session ends, milliseconds; in order of revocation. */
  private readonly sessions = new Map<string, number>();

  has(sessionId: string): boolean {
    return this.sessions.has(sessionId);
  }

  restore(entries: Iterable<[string, unknown]>): void {
    const kept = [...entries] as [string, number][];
    for (const [sessionId, untilMs] of kept.sort(([, a], [, b]) => a - b))
      this.sessions.set(sessionId, untilMs);
  }

  apply({ type, id, atMs }: IndexedEvent, keep: IndexKeep): void {
    if (type !== 'SessionRevoked') return;
    keep.put(id, this.remember(id, atMs));
    for (const [sessionId, untilMs] of this.sessions) {
      if (this.sessions.size <= KEPT_AT_LEAST || !hasCome(untilMs, atMs)) break;
      this.sessions.delete(sessionId);
      keep.delete(sessionId);
    }
  }

  /** Here at once, before the log's follower comes to it. Answers until when it is kept. */
  remember(sessionId: string, atMs: number): number {
    const untilMs = atMs + ACCESS_TOKEN_SECONDS * 1000;
    this.sessions.set(sessionId, untilMs);
    return untilMs;
  }
}
