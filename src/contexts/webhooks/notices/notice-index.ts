import { Injectable } from '@nestjs/common';
import { formatPosition } from '../../../platform/event-store/event-store.js';
import type { IndexedEvent, IndexKeep, LocalIndex } from '../../../platform/indexes/local-index.js';
import { Lane, type OpenMessage, type StoredLane } from './lane.js';
import { type Notice, noticePosition } from './notice.js';
import { NoticeStorage } from './notice-storage.js';
import { firstWith, type NoticeRange, NoticeTimes, type TimeRange } from './notice-times.js';
import { NOTICES_VERSION } from './notices-version.js';
import { ToldOf } from './told-of.js';

/** A notice with its number among its partner's. */
export interface NumberedNotice {
  readonly sequence: number;
  readonly notice: Notice;
}

/**
 * What each partner is told, in the order of the log, and how far each endpoint has come with it. Folding it has no
 * effect but on itself: what was delivered is in the log too, so a rebuild ends where it was and sends nothing.
 */
@Injectable()
export class NoticeIndex implements LocalIndex {
  readonly name = 'notice-lanes';
  readonly version = NOTICES_VERSION;
  readonly categories = ['order', 'wallet', 'partner', 'package', 'delivery', 'webhooks', 'callback'];
  /** By number of the endpoint. */
  readonly lanes = new Map<number, Lane>();
  /** Called when an endpoint may have something to do. */
  onWork: (webhook: number) => void = () => {};
  /** Called when an attempt's outcome was folded. */
  onOutcome: (webhook: number, sequence: number) => void = () => {};

  private readonly told: ToldOf;
  private readonly lengths = new Map<string, number>();
  private readonly times: NoticeTimes;
  private readonly lanesOf = new Map<string, Set<number>>();
  private readonly changedLanes = new Set<number>();
  private readonly changedLengths = new Set<string>();
  private readonly outcomes: [webhook: number, sequence: number][] = [];

  constructor(private readonly storage: NoticeStorage) {
    this.told = new ToldOf(storage.facts);
    this.times = new NoticeTimes({
      lengthOf: (partner) => this.lengthOf(partner),
      get: (partner, sequence) => storage.get(partner, sequence),
    });
  }

  restore(entries: Iterable<[string, unknown]>): void {
    const open: [number, OpenMessage][] = [];
    const lanes: [number, StoredLane][] = [];
    for (const [key, value] of entries) {
      const [kind, id, rest] = key.split('|') as [string, string, string | undefined];
      if (kind === 'l') this.lengths.set(id, value as number);
      else if (kind === 's') this.times.restore(id, value as number[]);
      else if (kind === 'e') lanes.push([Number(id), value as StoredLane]);
      else if (kind === 'o') open.push([Number(id), { ...(value as OpenMessage), sequence: Number(rest) }]);
      else this.told.restore(kind, key.slice(2), value);
    }
    for (const [webhook, stored] of lanes) this.addLane(webhook, stored);
    for (const [webhook, message] of open) this.lanes.get(webhook)?.restoreOpen(message);
    for (const lane of this.lanes.values()) lane.touched.clear();
  }

  apply(event: IndexedEvent, keep: IndexKeep): void {
    if (event.category === 'webhooks') this.applyWebhooks(event, keep);
    else if (event.category === 'callback') this.applyCallback(event);
    else this.applyTold(event);
    if (event.type === 'PartnerStatusChanged' && event.data.status === 'deleted') this.forget(event.id, keep);
  }

  private applyTold(event: IndexedEvent): void {
    const told = this.told.by(event);
    if (told.length === 0) return;
    // In one piece, not a chain of parts, and once: notices wait in memory until they are written.
    const source = [event.category, event.id].join('-');
    const first = formatPosition(event.position);
    const { atMs, revision } = event;
    const counts = new Map<string, number>();
    for (const { partner, type, object, facts } of told) {
      const nth = counts.get(partner) ?? 0;
      counts.set(partner, nth + 1);
      const position = noticePosition(first, nth);
      const about = object === source ? source : object;
      this.push(partner, { type, position, atMs, source, revision, object: about, facts });
    }
  }

  afterBatch(keep: IndexKeep): void {
    this.told.keepChanged(keep);
    for (const partner of this.changedLengths) {
      keep.put(`l|${partner}`, this.lengths.get(partner));
      const setBacks = this.times.setBacksOf(partner);
      if (setBacks.length > 0) keep.put(`s|${partner}`, setBacks);
    }
    this.changedLengths.clear();
    const changed = [...this.changedLanes];
    this.changedLanes.clear();
    for (const webhook of changed) this.keepLane(webhook, keep);
    for (const [webhook, sequence] of this.outcomes.splice(0)) this.onOutcome(webhook, sequence);
    for (const webhook of changed) this.onWork(webhook);
  }

  /** How many notices a partner has. */
  lengthOf(partner: string): number {
    return this.lengths.get(partner) ?? 0;
  }

  /** A partner's notices from a number on. */
  read(partner: string, from: number, limit: number): Notice[] {
    const count = Math.max(0, Math.min(limit, this.lengthOf(partner) - from));
    return Array.from({ length: count }, (_, index) => this.storage.get(partner, from + index));
  }

  /** Number of the first notice after a position of the log. */
  firstAfter(partner: string, position: string): number {
    return this.first(partner, (notice) => notice.position > position);
  }

  /** Number of the first notice from a position of the log on. */
  private firstAt(partner: string, position: string): number {
    return this.first(partner, (notice) => notice.position >= position);
  }

  /** What was told in a range of time: see {@link NoticeTimes.inRange}. */
  inRange(partner: string, range: TimeRange, limit: number): NoticeRange {
    return this.times.inRange(partner, range, limit);
  }

  find(partner: string, position: string): NumberedNotice | null {
    const sequence = this.firstAt(partner, position);
    if (sequence >= this.lengthOf(partner)) return null;
    const notice = this.storage.get(partner, sequence);
    return notice.position === position ? { sequence, notice } : null;
  }

  private first(partner: string, isThere: (notice: Notice) => boolean): number {
    const isSo = (sequence: number): boolean => isThere(this.storage.get(partner, sequence));
    return firstWith(isSo, 0, this.lengthOf(partner));
  }

  private push(partner: string, notice: Notice): void {
    const sequence = this.lengthOf(partner);
    this.times.note(partner, sequence, notice.atMs);
    this.storage.put(partner, sequence, notice);
    this.lengths.set(partner, sequence + 1);
    this.changedLengths.add(partner);
    for (const webhook of this.lanesOf.get(partner) ?? []) {
      this.lanes.get(webhook)!.advance();
      this.changedLanes.add(webhook);
    }
  }

  private applyWebhooks({ id: partner, type, data, atMs }: IndexedEvent, keep: IndexKeep): void {
    const webhook: number = data.webhook;
    this.changedLanes.add(webhook);
    if (type === 'WebhookCreated') {
      const none = {
        disabled: null,
        disabledAtMs: null,
        failures: 0,
        failingSinceMs: null,
        lastAttemptMs: 0,
      };
      const main = [this.lengthOf(partner), []] as const;
      this.addLane(webhook, { partner, types: data.eventTypes, ...none, main, replay: null });
      return;
    }
    const lane = this.lanes.get(webhook);
    if (!lane) return;
    switch (type) {
      case 'WebhookChanged':
        lane.types = new Set(data.eventTypes);
        break;
      case 'WebhookDisabled':
        lane.disabled = data.because;
        lane.disabledAtMs = atMs;
        break;
      case 'WebhookEnabled':
        lane.disabled = null;
        lane.disabledAtMs = null;
        lane.failures = 0;
        lane.failingSinceMs = null;
        break;
      case 'WebhookDeleted':
        this.dropLane(lane, keep);
        return;
      case 'WebhookRedeliveryRequested':
        lane.startReplay(this.firstAt(partner, data.first), this.firstAfter(partner, data.last));
        break;
    }
    lane.advance();
  }

  private applyCallback({ type, data, atMs }: IndexedEvent): void {
    const lane = this.lanes.get(data.webhook);
    const found = lane && this.find(lane.partner, data.notice);
    if (!lane || !found) return;
    const { sequence } = found;
    if (type === 'CallbackRedeliveryRequested') lane.reopen(sequence, atMs);
    if (type === 'CallbackAttempted') {
      const { round, outcome, nextAttempt } = data;
      const nextMs = nextAttempt === null ? null : Date.parse(nextAttempt);
      const delivered = outcome === 'delivered';
      lane.record(sequence, { position: data.notice, round, delivered, nextMs, atMs });
      this.outcomes.push([lane.webhook, sequence]);
    }
    this.changedLanes.add(lane.webhook);
  }

  /** A deleted partner is blocked for ever: it is told nothing any more, and may read what it was told. */
  private forget(partner: string, keep: IndexKeep): void {
    for (const webhook of this.lanesOf.get(partner) ?? []) this.dropLane(this.lanes.get(webhook)!, keep);
  }

  private addLane(webhook: number, stored: StoredLane): void {
    const { partner } = stored;
    const { storage, lengths } = this;
    const notices = {
      get length() {
        return lengths.get(partner) ?? 0;
      },
      get: (sequence: number) => storage.get(partner, sequence),
    };
    this.lanes.set(webhook, new Lane(webhook, partner, notices, stored));
    const others = this.lanesOf.get(partner) ?? new Set();
    this.lanesOf.set(partner, others.add(webhook));
  }

  private dropLane(lane: Lane, keep: IndexKeep): void {
    for (const sequence of new Set([...lane.open.keys(), ...lane.touched])) {
      keep.delete(`o|${lane.webhook}|${sequence}`);
    }
    keep.delete(`e|${lane.webhook}`);
    this.lanes.delete(lane.webhook);
    this.lanesOf.get(lane.partner)?.delete(lane.webhook);
  }

  private keepLane(webhook: number, keep: IndexKeep): void {
    const lane = this.lanes.get(webhook);
    if (!lane) return;
    keep.put(`e|${webhook}`, lane.stored());
    for (const sequence of lane.touched) {
      const message = lane.open.get(sequence);
      const key = `o|${webhook}|${sequence}`;
      if (message) keep.put(key, message);
      else keep.delete(key);
    }
    lane.touched.clear();
  }
}
