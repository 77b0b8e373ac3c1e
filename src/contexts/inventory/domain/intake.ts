import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { ImportLines, IntakeEvent } from '../events/intake.events.js';

/** Id of the one stream of category `intake`. */
export const INTAKE_ID = 'keys';

/** Announcements that the state remembers: more than one process ever has under way. */
const RECENT_ANNOUNCEMENTS = 16;

export interface IntakeState {
  /** Lots announced so far; the last one has this number. */
  readonly lots: number;
  /** The announcements of the last lots, that of number {@link lots} at the end. */
  readonly recent: readonly string[];
}

/** Category `intake`, id `keys`: the order in which lots came in. */
export const Intake: Aggregate<IntakeState, IntakeEvent> = {
  category: 'intake',
  stateVersion: 1,
  initial: { lots: 0, recent: [] },
  evolve(state, event) {
    switch (event.type) {
      case 'LotAnnounced':
        return {
          lots: event.data.lot,
          recent: [...state.recent.slice(1 - RECENT_ANNOUNCEMENTS), event.data.announcement],
        };
      default:
        return unreachable(event.type);
    }
  },
  snapshot: {
    encode: (state) => state,
    decode: (json: IntakeState) => json,
  },
};

/** An announcement under a number. */
export interface Announcement {
  readonly lot: number;
  readonly announcement: string;
}

export interface AnnounceLot extends Announcement {
  /** The number that the lot was prepared for: its texts are bound to it. */
  readonly lot: number;
  readonly package: string;
  readonly keys: number;
  readonly import?: ImportLines;
  /** Lots whose keys were known before they stood in the log: all of these must be the announced ones. */
  readonly counted: readonly Announcement[];
}

/** How a lot's turn stands, seen by the one who prepared it. */
export type AnnounceOutcome =
  /** Announce it and fill it. */
  | { readonly kind: 'announce'; readonly event: IntakeEvent }
  /** The number is somebody else's, or not reached: prepare the keys anew. */
  | { readonly kind: 'moved' }
  /** This very announcement stands already: the lot's stream says what became of it. */
  | { readonly kind: 'announced' };

/**
 * Announces the next lot. `standing` is the announcement at that number, asked for only if there is one.
 * An announcement that is found again is not made twice, so the command may be repeated.
 */
export function announceLot(
  state: IntakeState,
  command: AnnounceLot,
  standing: () => string | undefined,
): AnnounceOutcome {
  if (state.lots >= command.lot) {
    return { kind: standing() === command.announcement ? 'announced' : 'moved' };
  }
  if (state.lots < command.lot - 1) return { kind: 'moved' };
  const asCounted = command.counted.every(
    (one) => state.recent[state.recent.length - 1 - (state.lots - one.lot)] === one.announcement,
  );
  if (!asCounted) return { kind: 'moved' };
  const { lot, announcement, package: packageId, keys } = command;
  const data = { lot, announcement, package: packageId, keys };
  return {
    kind: 'announce',
    event: { type: 'LotAnnounced', data: command.import ? { import: command.import, ...data } : data },
  };
}
