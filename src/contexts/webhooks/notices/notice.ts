import { hash } from 'node:crypto';
import type { NoticeType } from '../events/webhooks.events.js';

/**
 * Something that a partner is told, as it is kept: which event of the log it comes from, and what was known of it
 * when it was folded and cannot be read from that event's stream.
 */
export interface Notice {
  readonly type: NoticeType;
  /** Where it stands among its partner's, no other there: see {@link noticePosition}. */
  readonly position: string;
  readonly atMs: number;
  /** Of the event: category and id of its stream. */
  readonly source: string;
  readonly revision: number;
  /** What it is about: notices about the same are delivered in order. */
  readonly object: string;
  readonly facts?: Readonly<Record<string, string | number | null>>;
}

const ID_LENGTH = 24;
const NTH_DIGITS = 2;

/**
 * Position of a notice: that of its event in the log's outside form. One event may tell a partner several things, as a
 * change of thresholds does with two balances: the later ones have a number behind it, which sorts them after the first
 * and before the next event's.
 */
export const noticePosition = (event: string, nth: number): string =>
  nth === 0 ? event : `${event}.${String(nth).padStart(NTH_DIGITS, '0')}`;

/** What tells a notice from the others of its event. */
const suffixOf = ({ position }: Notice): string => position.split('.')[1] ?? '';

/**
 * The id by which receivers tell a repeated notice. It follows from the event that caused it, so it is the same on
 * every node, after every rebuild, in each attempt and in the feed.
 */
export function noticeId(partner: string, notice: Notice): string {
  const { source, revision, type } = notice;
  const suffix = suffixOf(notice);
  const text = `${partner}\n${source}\n${revision}\n${type}${suffix && `\n${suffix}`}`;
  return `evt_${hash('sha256', text, 'base64url').slice(0, ID_LENGTH).replace(/[-_]/g, '0')}`;
}
