import type { Notice } from './notice.js';

/** Clocks of nodes differ by less. */
const SET_BACK_MS = 60_000;
const SET_BACKS_KEPT = 100;

/** Milliseconds. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Numbers of notices, the second not included, and from when on to ask for the rest of the range. */
export interface NoticeRange {
  readonly first: number;
  readonly end: number;
  /** Null: there is no rest. */
  readonly resumeFromMs: number | null;
}

/** Partners' notices, numbered from 0. */
export interface Notices {
  lengthOf(partner: string): number;
  get(partner: string, sequence: number): Notice;
}

/** The first number from one on, and before another, with which something is so and stays so; by halving. */
export function firstWith(isSo: (sequence: number) => boolean, from: number, end: number): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Finds notices by time. They are in the order of the log, and between two places where times go back, as behind a clock that was
 * ahead, as good as in that of time.
 */
export class NoticeTimes {
  /** Times of the partners' last notices. */
  private readonly lastTimes = new Map<string, number>();
  /** Numbers of the notices with which a partner's times went back; in order. */
  private readonly setBacks = new Map<string, readonly number[]>();

  constructor(private readonly notices: Notices) {}

  restore(partner: string, setBacks: readonly number[]): void {
    this.setBacks.set(partner, setBacks);
  }

  setBacksOf(partner: string): readonly number[] {
    return this.setBacks.get(partner) ?? [];
  }

  /** A partner is told something more. */
  note(partner: string, sequence: number, atMs: number): void {
    const before =
      sequence > 0 ? (this.lastTimes.get(partner) ?? this.notices.get(partner, sequence - 1).atMs) : 0;
    this.lastTimes.set(partner, atMs);
    if (before - atMs < SET_BACK_MS) return;
    this.setBacks.set(partner, [...this.setBacksOf(partner), sequence].slice(-SET_BACKS_KEPT));
  }

  /**
   * What was told in a range of time, of which the first is included and the last is not: at most `limit` of it, or more where no
   * time leads on behind so many, since a clock that was ahead dated them.
   */
  inRange(partner: string, { fromMs, toMs }: TimeRange, limit: number): NoticeRange {
    const first = this.firstFrom(partner, fromMs);
    const end = Math.max(first, this.firstFrom(partner, toMs));
    const most = first + limit;
    const later = this.setBacksOf(partner).filter((sequence) => sequence > most);
    for (const cut of [most, ...later]) {
      if (cut >= end) break;
      const resumeFromMs = this.askedFrom(partner, cut);
      if (this.firstFrom(partner, resumeFromMs) > first) return { first, end: cut, resumeFromMs };
    }
    return { first, end, resumeFromMs: null };
  }

  /** Number of the notice behind the last one before a time. */
  private firstFrom(partner: string, atMs: number): number {
    let end = this.notices.lengthOf(partner);
    for (const begin of [0, ...this.setBacksOf(partner)].reverse()) {
      const isThere = (sequence: number): boolean => this.notices.get(partner, sequence).atMs >= atMs;
      const first = firstWith(isThere, begin, end);
      if (first > begin) return first;
      end = begin;
    }
    return end;
  }

  /** From when on to ask for a notice and all behind it: some of these may be dated earlier. */
  private askedFrom(partner: string, sequence: number): number {
    const later = this.setBacksOf(partner).filter((other) => other > sequence);
    return Math.min(...[sequence, ...later].map((one) => this.notices.get(partner, one).atMs));
  }
}
