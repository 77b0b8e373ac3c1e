/**
 * Stored format of the `intake-keys` stream: add optional fields or upcast, never rename.
 *
 * One event per lot: the event at revision r announces lot r + 1. The lot's own stream follows; a lot that
 * was announced and never filled is closed there with `LotVoided` before anybody announces past it.
 */
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';

/** The file that a lot came from, and the lines of it that the lot settles (both inclusive, from 1). */
export interface ImportLines {
  readonly id: string;
  readonly fromLine: number;
  readonly toLine: number;
}

export type IntakeEvent = DomainEvent<
  'LotAnnounced',
  {
    /** Number of the lot: this event's revision + 1. */
    readonly lot: number;
    /** Tells announcements of the same number apart: only its maker fills the lot. */
    readonly announcement: string;
    readonly package: string;
    readonly keys: number;
    readonly import?: ImportLines;
  }
>;
