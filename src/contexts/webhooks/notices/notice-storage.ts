import { Injectable } from '@nestjs/common';
import type { IndexKeep, LocalIndex } from '../../../platform/indexes/local-index.js';
import type { Notice } from './notice.js';
import { NOTICES_VERSION } from './notices-version.js';

type Kept = readonly [Notice['type'], string, number, string, number, string, Notice['facts']?];

const SEPARATOR = '|';
const FACTS = `facts${SEPARATOR}`;
const SEQUENCE_DIGITS = 10;
/** In one piece, not a chain of parts: it waits in memory until it is written. */
const keyOf = (partner: string, sequence: number): string =>
  [partner, String(sequence).padStart(SEQUENCE_DIGITS, '0')].join(SEPARATOR);

/**
 * Every partner's notices in order, numbered from 0, on disk. It folds nothing itself: {@link NoticeIndex} writes it
 * while it folds, and how many there are is flushed after them.
 */
@Injectable()
export class NoticeStorage implements LocalIndex {
  readonly name = 'notices';
  readonly version = NOTICES_VERSION;
  readonly categories: readonly string[] = [];
  readonly inMemory = false;
  private keep: IndexKeep | null = null;

  attach(keep: IndexKeep): void {
    this.keep = keep;
  }

  restore(): void {}

  apply(): void {}

  /**
   * Nobody reads a notice before {@link NoticeIndex} counts it, and folding its event again puts the same one there. A partner's lie in one
   * slice. What the fold keeps beside them is read by it, and stays with the checkpoint.
   */
  aheadSlice(key: string): number | null {
    return key.startsWith(FACTS) ? null : key.charCodeAt(key.indexOf(SEPARATOR) - 1);
  }

  /** @throws when there is none: callers stay below the number that the index names */
  get(partner: string, sequence: number): Notice {
    const kept = this.keep?.get(keyOf(partner, sequence)) as Kept | undefined;
    if (!kept) throw new Error(`notice ${sequence} of ${partner} is missing`);
    const [type, position, atMs, source, revision, object, facts] = kept;
    return { type, position, atMs, source, revision, object, facts };
  }

  /** What the fold keeps beside the notices. */
  readonly facts = {
    get: (key: string): unknown => this.keep?.get(FACTS + key),
    put: (key: string, value: unknown): void => this.keep?.put(FACTS + key, value),
  };

  put(partner: string, sequence: number, notice: Notice): void {
    const { type, position, atMs, source, revision, object, facts } = notice;
    const kept: Kept = facts
      ? [type, position, atMs, source, revision, object, facts]
      : [type, position, atMs, source, revision, object];
    this.keep?.put(keyOf(partner, sequence), kept);
  }
}
