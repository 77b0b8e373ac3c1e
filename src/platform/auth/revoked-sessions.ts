import type { IndexedEvent, IndexKeep, LocalIndex } from '../indexes/local-index.js';
import { ACCESS_TOKEN_SECONDS } from './tokens.js';

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
    for (const [sessionId, untilMs] of entries) this.sessions.set(sessionId, untilMs as number);
  }

  apply({ type, id, atMs }: IndexedEvent, keep: IndexKeep): void {
    if (type !== 'SessionRevoked') return;
    for (const [sessionId, untilMs] of this.sessions) {
      if (atMs < untilMs) break;
      this.sessions.delete(sessionId);
      keep.delete(sessionId);
    }
    keep.put(id, this.remember(id, atMs));
  }

  /** Here at once, before the log's follower comes to it. Answers until when it is kept. */
  remember(sessionId: string, atMs: number): number {
    const untilMs = atMs + ACCESS_TOKEN_SECONDS * 1000;
    this.sessions.set(sessionId, untilMs);
    return untilMs;
  }
}
