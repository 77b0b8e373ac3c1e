/**
 * Stored format of `lot-<number>` streams: add optional fields or upcast, never rename.
 *
 * A lot opens with one append: `LotOpened`, then its `KeysTakenIn` events of 32 keys each (the last one may have
 * fewer), so the key in slot s lies in revision 1 + floor(s / 32). Amounts are minor units as strings, times UTC ISO.
 */
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { StoredMoney } from '../../../platform/kernel/money.js';

export interface TakenKey {
  /** Where the texts of an intake are not sealed together: ciphertext of this one; AAD is stream, field `text` and slot. */
  readonly text?: string;
  readonly serial: string | null;
  /** The key may be sold until this moment (the end of its last day in the business zone). */
  readonly expiresAt: string | null;
  /** Keyed hash of the normalised text, base64url. */
  readonly fingerprint: string;
  /** Keyed hash of the text's last four characters, for texts of twelve or more. */
  readonly lastFour?: string;
  /** Line of the import file that it came from. */
  readonly line?: number;
}

/** What one `KeysTakenIn` holds. */
export interface TakenKeys {
  /** In slot order, 1 to 32. */
  readonly keys: readonly TakenKey[];
  /** Ciphertext of their texts, a JSON array; AAD is stream, field `texts` and first slot. */
  readonly texts?: string;
}

export type LotEvent =
  | DomainEvent<
      'LotOpened',
      {
        readonly package: string;
        readonly product: string;
        readonly supplier: string;
        readonly keys: number;
        /** What one key cost; null if unknown. */
        readonly unitCost: StoredMoney | null;
        /** Version of the rule that made the fingerprints. */
        readonly fingerprintRule: string;
        /** Set when a file import made the lot. */
        readonly import?: { readonly id: string; readonly fromLine: number; readonly toLine: number };
      }
    >
  | DomainEvent<'KeysTakenIn', TakenKeys & { readonly firstSlot: number }>
  /** Closes a lot number that was announced but never filled. */
  | DomainEvent<'LotVoided', { readonly reason: string }>
  | DomainEvent<
      'KeyReserved',
      {
        readonly slot: number;
        readonly reservation: string;
        /** How many reservations this slot had before. */
        readonly ordinal: number;
        readonly partner: string;
        readonly wallet: string;
        readonly currency: string;
        readonly deadline: string;
        /** Whether the answer showed the key text. */
        readonly shown: boolean;
      }
    >
  /** The lot will never reserve for this reservation. */
  | DomainEvent<'ReservationRefused', { readonly reservation: string }>
  | DomainEvent<
      'ReservationCancelled',
      {
        readonly slot: number;
        readonly reservation: string;
        readonly to: ReleaseTarget;
        readonly command: string;
        readonly at: string;
      }
    >
  | DomainEvent<
      'ReservationExpired',
      {
        readonly slot: number;
        readonly reservation: string;
        readonly to: ReleaseTarget;
        readonly at: string;
      }
    >
  | DomainEvent<
      'KeySold',
      {
        readonly slot: number;
        /** Id of the order's stream. */
        readonly order: string;
        readonly attempt: number;
        readonly unit: number;
        readonly partner: string;
        /** The reservation that this sale confirmed. */
        readonly reservation?: string;
      }
    >
  /** The lot will never sell to this attempt of the order. */
  | DomainEvent<'SaleRefused', { readonly order: string; readonly attempt: number }>
  | DomainEvent<'KeyQuarantined', { readonly slot: number; readonly reason: string; readonly order?: string }>
  /** A key that was never sold came back from quarantine to stock. */
  | DomainEvent<'KeyReleased', { readonly slot: number; readonly at: string }>
  /** What was told of a key that nobody holds or bought; a field that is not there stays as it is. */
  | DomainEvent<
      'KeyChanged',
      { readonly slot: number; readonly serial?: string | null; readonly expiresAt?: string | null }
    >
  | DomainEvent<'KeyRetired', { readonly slot: number; readonly reason: string }>
  /** Somebody other than its buyer was shown the key's text. */
  | DomainEvent<'KeyRevealed', { readonly slot: number; readonly by: string }>;

export type ReleaseTarget = 'stock' | 'quarantine';
