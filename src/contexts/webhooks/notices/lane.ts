import { hasCome } from '../../../platform/kernel/deadline.js';
import type { DisabledBecause, NoticeType } from '../events/webhooks.events.js';
import {
  FIRST_PROBE_MS,
  HELD_AFTER_FAILURES,
  LONGEST_PROBE_MS,
  LOOK_AHEAD,
  MAX_OPEN_MESSAGES,
} from '../limits.js';
import type { Notice } from './notice.js';

/** A partner's notices, numbered from 0. */
export interface NoticeList {
  /** How many there are. */
  readonly length: number;
  get(sequence: number): Notice;
}

/** A message that was attempted and is to be tried again, or that waits for an earlier one about the same. */
export interface OpenMessage {
  readonly sequence: number;
  readonly position: string;
  readonly object: string;
  /** Attempts since it was last asked for anew. */
  readonly round: number;
  /** Null while it waits for an earlier one. */
  readonly dueMs: number | null;
}

/** A stretch of notices that is worked through in order, with those done ahead of its beginning. */
export interface Stretch {
  next: number;
  readonly end: number | null;
  readonly done: Set<number>;
}

export interface Work {
  readonly sequence: number;
  readonly notice: Notice;
  /** Attempts before this one since it was last asked for anew. */
  readonly round: number;
}

export interface StoredLane {
  readonly partner: string;
  readonly types: readonly NoticeType[];
  readonly disabled: DisabledBecause | null;
  readonly disabledAtMs: number | null;
  readonly failures: number;
  readonly failingSinceMs: number | null;
  readonly lastAttemptMs: number;
  readonly main: readonly [next: number, done: readonly number[]];
  readonly replay: StoredReplay | null;
  /** Asked for while the other was under way. */
  readonly laterReplays?: readonly StoredReplay[];
}

type StoredReplay = readonly [next: number, end: number, done: readonly number[]];

/** What became of an attempt, as recorded. */
export interface Outcome {
  readonly position: string;
  readonly round: number;
  readonly delivered: boolean;
  readonly nextMs: number | null;
  readonly atMs: number;
}

/**
 * How far the delivery of one partner's notices to one endpoint has come. Waiting messages cost nothing: what was
 * never attempted is everything from a number on, and only what failed has an entry of its own. Folded from the log
 * alone, so that it is the same on every node.
 */
export class Lane {
  types: ReadonlySet<NoticeType>;
  disabled: DisabledBecause | null;
  disabledAtMs: number | null;
  /** In a row. */
  failures: number;
  failingSinceMs: number | null;
  lastAttemptMs: number;
  readonly open = new Map<number, OpenMessage>();
  /** Open messages that changed since they were last kept. */
  readonly touched = new Set<number>();
  private readonly main: Stretch;
  /** The first is under way. */
  private readonly replays: Stretch[];
  /** Numbers of the open messages about one object, in ascending order. */
  private readonly openByObject = new Map<string, number[]>();

  constructor(
    readonly webhook: number,
    readonly partner: string,
    private readonly notices: NoticeList,
    stored: StoredLane,
  ) {
    this.types = new Set(stored.types);
    this.disabled = stored.disabled;
    this.disabledAtMs = stored.disabledAtMs;
    this.failures = stored.failures;
    this.failingSinceMs = stored.failingSinceMs;
    this.lastAttemptMs = stored.lastAttemptMs;
    this.main = { next: stored.main[0], end: null, done: new Set(stored.main[1]) };
    const replays = [...(stored.replay ? [stored.replay] : []), ...(stored.laterReplays ?? [])];
    this.replays = replays.map(([next, end, done]) => ({ next, end, done: new Set(done) }));
  }

  /** What is kept of it, beside its open messages. */
  stored(): StoredLane {
    const { partner, types, disabled, disabledAtMs, failures, failingSinceMs, lastAttemptMs } = this;
    const replays = this.replays.map(({ next, end, done }) => [next, end!, [...done]] as const);
    return {
      ...{ partner, types: [...types], disabled, disabledAtMs, failures, failingSinceMs, lastAttemptMs },
      main: [this.main.next, [...this.main.done]],
      replay: replays[0] ?? null,
      ...(replays.length > 1 && { laterReplays: replays.slice(1) }),
    };
  }

  restoreOpen(message: OpenMessage): void {
    this.put(message);
  }

  /** Messages that were not attempted yet, those of other types included. */
  get waiting(): number {
    return this.notices.length - this.main.next;
  }

  get isReplaying(): boolean {
    return this.replays.length > 0;
  }

  /** Only probed, until an attempt succeeds. */
  get isHeld(): boolean {
    return this.failures >= HELD_AFTER_FAILURES;
  }

  /** Takes in what there is to know without an attempt: new notices, other types. */
  advance(): void {
    this.walk(this.main);
    while (this.replays.length > 0) {
      const replay = this.replays[0]!;
      this.walk(replay);
      if (replay.next < replay.end!) return;
      this.replays.shift();
    }
  }

  /** Two that were asked for at the same moment come one after the other. */
  startReplay(first: number, end: number): void {
    this.replays.push({ next: first, end: Math.min(end, this.main.next), done: new Set() });
    // What was done ahead of what is still under way has no stretch behind it: it is done again from there.
    for (const done of this.main.done) if (done >= first && done < end) this.main.done.delete(done);
    this.advance();
  }

  /** A message is asked for anew: now, unless it has to wait for another one about the same. */
  reopen(sequence: number, nowMs: number): void {
    const { position, object } = this.notices.get(sequence);
    const open = this.open.get(sequence);
    const mustWait = open ? open.dueMs === null : this.openByObject.has(object);
    const dueMs = mustWait ? null : nowMs;
    this.put({ sequence, position, object, round: 0, dueMs });
  }

  record(sequence: number, { round, delivered, nextMs, atMs, position }: Outcome): void {
    this.lastAttemptMs = atMs;
    this.failures = delivered ? 0 : this.failures + 1;
    this.failingSinceMs = delivered ? null : (this.failingSinceMs ?? atMs);
    if (delivered || nextMs === null) this.end(sequence, atMs);
    else this.put({ sequence, position, object: this.notices.get(sequence).object, round, dueMs: nextMs });
    const stretch = sequence >= this.main.next ? this.main : this.replays[0];
    if (stretch && sequence >= stretch.next) stretch.done.add(sequence);
    this.advance();
  }

  /**
   * What to attempt now, if anything.
   * @param isUnderWay whether an attempt of that message is being made
   */
  workAt(nowMs: number, isUnderWay: (sequence: number) => boolean): Work | null {
    if (this.disabled) return null;
    for (const { sequence, dueMs, round } of this.open.values()) {
      if (dueMs === null || !hasCome(dueMs, nowMs) || isUnderWay(sequence)) continue;
      return { sequence, notice: this.notices.get(sequence), round };
    }
    if (this.isHeld && !hasCome(this.nextProbeMs, nowMs)) return null;
    const [replay] = this.replays;
    return this.firstOf(this.main, isUnderWay) ?? (replay ? this.firstOf(replay, isUnderWay) : null);
  }

  /** When there is something to look at again, as far as the clock alone decides; null: never. */
  nextDueMs(): number | null {
    if (this.disabled) return null;
    let due = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.open.values()) if (dueMs !== null && dueMs < due) due = dueMs;
    const hasMore = this.waiting > 0 || this.isReplaying;
    if (this.isHeld && hasMore) due = Math.min(due, this.nextProbeMs);
    return due === Number.POSITIVE_INFINITY ? null : due;
  }

  private get nextProbeMs(): number {
    const doublings = Math.min(this.failures - HELD_AFTER_FAILURES, 16);
    return this.lastAttemptMs + Math.min(FIRST_PROBE_MS * 2 ** doublings, LONGEST_PROBE_MS);
  }

  private endOf(stretch: Stretch): number {
    return Math.min(stretch.end ?? this.notices.length, this.notices.length);
  }

  /** Moves a stretch's beginning past all that needs no first attempt of its own. */
  private walk(stretch: Stretch): void {
    while (stretch.next < this.endOf(stretch)) {
      const sequence = stretch.next;
      if (!stretch.done.delete(sequence) && !this.open.has(sequence)) {
        const { type, object, position } = this.notices.get(sequence);
        if (this.types.has(type)) {
          const mustWait = this.openByObject.has(object) && this.open.size < MAX_OPEN_MESSAGES;
          if (!mustWait) return;
          this.put({ sequence, position, object, round: 0, dueMs: null });
        }
      }
      stretch.next += 1;
    }
  }

  private firstOf(stretch: Stretch, isUnderWay: (sequence: number) => boolean): Work | null {
    if (this.open.size >= MAX_OPEN_MESSAGES) return null;
    const end = Math.min(this.endOf(stretch), stretch.next + LOOK_AHEAD);
    const before = new Set<string>();
    for (let sequence = stretch.next; sequence < end; sequence += 1) {
      if (stretch.done.has(sequence) || this.open.has(sequence)) continue;
      const notice = this.notices.get(sequence);
      if (!this.types.has(notice.type)) continue;
      const isFree = !before.has(notice.object) && !this.openByObject.has(notice.object);
      if (isFree && !isUnderWay(sequence)) return { sequence, notice, round: 0 };
      before.add(notice.object);
    }
    return null;
  }

  private put(message: OpenMessage): void {
    const { sequence, object } = message;
    if (!this.open.has(sequence)) {
      const others = this.openByObject.get(object) ?? [];
      this.openByObject.set(
        object,
        [...others, sequence].sort((a, b) => a - b),
      );
    }
    this.open.set(sequence, message);
    this.touched.add(sequence);
  }

  /** The message is done with; the next about the same object may go. */
  private end(sequence: number, nowMs: number): void {
    const message = this.open.get(sequence);
    if (!message) return;
    this.open.delete(sequence);
    this.touched.add(sequence);
    const others = this.openByObject.get(message.object)!.filter((other) => other !== sequence);
    if (others.length === 0) {
      this.openByObject.delete(message.object);
      return;
    }
    this.openByObject.set(message.object, others);
    const next = this.open.get(others[0]!)!;
    if (next.dueMs === null) this.put({ ...next, dueMs: nowMs });
  }
}
