import { Injectable } from '@nestjs/common';
import { type KeyHistoryEntry, keyNumber, placeOfKey } from '../../../contexts/inventory/index.js';
import { AccountIndex } from '../../../contexts/partners/index.js';
import type { Principal } from '../../../platform/auth/tokens.js';
import type { HAPPENINGS } from './key.schemas.js';
import { KeyViews } from './key.views.js';

const NAMES = {
  KeyTakenIn: 'added',
  KeyChanged: 'changed',
  KeyReserved: 'reserved',
  ReservationCancelled: 'reservation_cancelled',
  ReservationExpired: 'reservation_expired',
  KeySold: 'sold',
  KeyQuarantined: 'quarantined',
  KeyReleased: 'released',
  KeyRetired: 'retired',
  KeyRevealed: 'revealed',
} as const satisfies Record<KeyHistoryEntry['change']['type'], (typeof HAPPENINGS)[number]>;

/** What an entry says beside its name. */
interface Facts {
  readonly textShown?: boolean;
  readonly partner?: string;
  readonly order?: string;
  readonly reason?: string;
  readonly ordinal?: number;
}

/** Who saw which key and when, as it looks outside. */
@Injectable()
export class KeyHistoryViews {
  constructor(
    private readonly views: KeyViews,
    private readonly accounts: AccountIndex,
  ) {}

  /** @param keyId the permanent id */
  history(principal: Principal, keyId: number, entries: readonly KeyHistoryEntry[]) {
    const shownAtReserve = new Set<string>();
    return Promise.all(
      entries.map((entry) => {
        const { change } = entry;
        if (change.type === 'KeyReserved' && change.data.shown) shownAtReserve.add(change.data.reservation);
        return this.entry(principal, keyId, entry, factsOf(change, shownAtReserve));
      }),
    );
  }

  private async entry(
    principal: Principal,
    keyId: number,
    { change, at, actor, surface }: KeyHistoryEntry,
    { textShown = false, partner, order, reason, ordinal }: Facts,
  ) {
    const partnerId = await this.views.partnerNumber(principal, partner ?? null);
    const isForeign = partner !== undefined && partnerId === null;
    return {
      event: NAMES[change.type],
      at,
      actor: { kind: actor.kind, id: await this.actorNumber(principal, actor) },
      surface,
      text_shown: textShown,
      key_number: ordinal === undefined ? null : keyNumber({ ...placeOfKey(keyId), ordinal }),
      partner_id: partnerId,
      order_id: isForeign ? null : await this.views.orderNumber(order ?? null),
      reason: reason ?? null,
    };
  }

  private async actorNumber(
    principal: Principal,
    { kind, id }: KeyHistoryEntry['actor'],
  ): Promise<number | null> {
    if (kind === 'partner') return this.views.partnerNumber(principal, id);
    return this.accounts.find(id)?.publicId ?? null;
  }
}

function factsOf(change: KeyHistoryEntry['change'], shownAtReserve: ReadonlySet<string>): Facts {
  switch (change.type) {
    case 'KeyReserved': {
      const { shown, partner, ordinal } = change.data;
      return { textShown: shown, partner, ordinal };
    }
    case 'KeySold': {
      const { partner, order, reservation } = change.data;
      return { textShown: reservation === undefined || !shownAtReserve.has(reservation), partner, order };
    }
    case 'KeyQuarantined':
    case 'KeyRetired':
      return { reason: change.data.reason };
    case 'KeyRevealed':
      return { textShown: true };
    default:
      return {};
  }
}
