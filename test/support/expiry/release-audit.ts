import { EmbeddedEventStore } from '../../../src/platform/event-store/embedded/embedded-event-store.js';
import { StoredIndexedEvent } from '../../../src/platform/indexes/local-index.js';

const PAGE = 5000;

interface Seen {
  readonly deadlineMs: number;
  readonly amount: string;
  reserved: number;
  expiredAtMs: number | null;
  expired: number;
  released: number;
}

export interface Released {
  readonly deadlineMs: number;
  readonly atMs: number;
}

export interface AuditedReleases {
  readonly released: readonly Released[];
  readonly open: number;
  /** What does not add up; empty if all does. */
  readonly problems: readonly string[];
}

/** Reads the whole log: each reservation is released once, its key before its money, not too early, and all of its money. */
export async function auditReleases(directory: string): Promise<AuditedReleases> {
  const store = EmbeddedEventStore.open({ directory });
  const seen = new Map<string, Seen>();
  const problems: string[] = [];
  let held = 0n;
  for (let after = 0n; ; ) {
    const events = await store.readAll(after, PAGE);
    for (const event of events) {
      const { type, data, atMs } = new StoredIndexedEvent(event, 3) as {
        type: string;
        // biome-ignore lint/suspicious/noExplicitAny: each type has a shape of its own
        data: any;
        atMs: number;
      };
      switch (type) {
        case 'FundsHeld':
          held += BigInt(data.amount);
          seen.set(data.reservation.reservation, {
            ...{ deadlineMs: Date.parse(data.deadline), amount: data.amount },
            ...{ reserved: 0, expiredAtMs: null, expired: 0, released: 0 },
          });
          break;
        case 'KeyReserved':
          seen.get(data.reservation)!.reserved += 1;
          break;
        case 'ReservationExpired': {
          const one = seen.get(data.reservation)!;
          one.expired += 1;
          one.expiredAtMs = atMs;
          if (atMs < one.deadlineMs) problems.push(`${data.reservation} ended before its deadline`);
          break;
        }
        case 'FundsReleased': {
          const id = data.hold.slice('reservation:'.length);
          const one = seen.get(id)!;
          one.released += 1;
          held -= BigInt(data.amount);
          if (one.expired === 0) problems.push(`${id}: its money was free before its key`);
          if (data.amount !== one.amount) problems.push(`${id}: ${data.amount} of ${one.amount} released`);
        }
      }
    }
    if (events.length === 0) break;
    after = events.at(-1)!.position;
  }
  await store.close();
  const released: Released[] = [];
  let open = 0;
  let openAmount = 0n;
  for (const [id, one] of seen) {
    if (one.reserved !== 1 || one.expired > 1 || one.released !== one.expired) {
      const { reserved, expired, released: freed } = one;
      problems.push(`${id}: reserved ${reserved} times, expired ${expired}, released ${freed}`);
    }
    if (one.expiredAtMs === null) {
      open += 1;
      openAmount += BigInt(one.amount);
    } else released.push({ deadlineMs: one.deadlineMs, atMs: one.expiredAtMs });
  }
  if (held !== openAmount) problems.push(`${held} held, ${openAmount} in open reservations`);
  return { released, open, problems };
}
