import { Injectable } from '@nestjs/common';
import type { IndexKeep, LocalIndex } from '../../../platform/indexes/local-index.js';
import type { Notice } from './notice.js';
import { NOTICES_VERSION } from './notices-version.js';

type Kept = readonly [Notice['type'], string, number, string, number, string, Notice['facts']?];

const SEQUENCE_DIGITS = 10;
const keyOf = (partner: string, sequence: number): string =>
  `${partner}|${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`;

/**
 * Every partner's notices in order, numbered from 0, on disk. It folds nothing itself: {@link NoticeIndex} writes it
 * while it folds, and both are flushed in one batch, so they are never apart.
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

  /** @throws when there is none: callers stay below the number that the index names */
  get(partner: string, sequence: number): Notice {
    const kept = this.keep?.get(keyOf(partner, sequence)) as Kept | undefined;
    if (!kept) throw new Error(`notice ${sequence} of ${partner} is missing`);
    const [type, position, atMs, source, revision, object, facts] = kept;
    return { type, position, atMs, source, revision, object, facts };
  }

  /** What the fold keeps beside the notices. */
  readonly facts = {
    get: (key: string): unknown => this.keep?.get(`facts|${key}`),
    put: (key: string, value: unknown): void => this.keep?.put(`facts|${key}`, value),
  };

  put(partner: string, sequence: number, notice: Notice): void {
    const { type, position, atMs, source, revision, object, facts } = notice;
    const kept: Kept = facts
      ? [type, position, atMs, source, revision, object, facts]
      : [type, position, atMs, source, revision, object];
    this.keep?.put(keyOf(partner, sequence), kept);
  }
}
