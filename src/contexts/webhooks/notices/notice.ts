import { hash } from 'node:crypto';
import type { NoticeType } from '../events/webhooks.events.js';

/**
 * Something that a partner is told, as it is kept: which event of the log it comes from, and what was known of it
 * when it was folded and cannot be read from that event's stream.
 */
export interface Notice {
  readonly type: NoticeType;
  /** Of the event that it comes from, in the log's outside form. A partner has at most one notice of each event. */
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

/**
 * The id by which receivers tell a repeated notice. It follows from the event that caused it, so it is the same on
 * every node, after every rebuild, in each attempt and in the feed.
 */
export function noticeId(partner: string, { source, revision, type }: Notice): string {
  const text = `${partner}\n${source}\n${revision}\n${type}`;
  return `evt_${hash('sha256', text, 'base64url').slice(0, ID_LENGTH).replace(/[-_]/g, '0')}`;
}
