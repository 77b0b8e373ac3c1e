import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '../kernel/clock.js';
import { CREDENTIAL_REMEMBERED_MS, CREDENTIALS_REMEMBERED } from './limits.js';

interface Remembered<Ref> {
  readonly ref: Ref;
  readonly accountId: string;
  untilMs: number;
  /** Never remembered past this: an old password that is still valid for a while. */
  readonly validUntilMs: number;
}

/**
 * Checks that succeeded, for 15 minutes after their last use, under a hash with a secret that lives and dies with the process:
 * the memory holds neither logins nor passwords. Dropped when an account's password or status changes.
 */
export class CredentialCache<Ref> {
  private readonly secret = randomBytes(32).toString('base64');
  /** In order of insertion; the oldest go first when there are too many. */
  private readonly entries = new Map<string, Remembered<Ref>>();
  private readonly byAccount = new Map<string, Set<string>>();
  private drops = 0;

  constructor(
    private readonly clock: Clock,
    private readonly maxEntries: number = CREDENTIALS_REMEMBERED,
  ) {}

  /** What a (login, password) pair is known by. */
  pairKey(login: string, password: string): string {
    return hash('sha256', `${this.secret}${login.length}|${login}${password}`, 'base64');
  }

  recall(pairKey: string): Ref | null {
    const entry = this.entries.get(pairKey);
    if (!entry) return null;
    const now = this.clock.now();
    if (now >= entry.untilMs) {
      this.remove(pairKey, entry);
      return null;
    }
    entry.untilMs = Math.min(now + CREDENTIAL_REMEMBERED_MS, entry.validUntilMs);
    return entry.ref;
  }

  /** To be read before a check begins; {@link remember} refuses what was checked against facts that a drop outdated. */
  get generation(): number {
    return this.drops;
  }

  remember(pairKey: string, ref: Ref, accountId: string, generation: number, validUntilMs = Infinity): void {
    if (generation !== this.drops) return;
    const untilMs = Math.min(this.clock.now() + CREDENTIAL_REMEMBERED_MS, validUntilMs);
    this.entries.set(pairKey, { ref, accountId, untilMs, validUntilMs });
    const pairs = this.byAccount.get(accountId) ?? new Set();
    this.byAccount.set(accountId, pairs.add(pairKey));
    if (this.entries.size <= this.maxEntries) return;
    const [oldest, entry] = this.entries.entries().next().value!;
    this.remove(oldest, entry);
  }

  drop(accountId: string): void {
    this.drops += 1;
    for (const pairKey of this.byAccount.get(accountId) ?? []) this.entries.delete(pairKey);
    this.byAccount.delete(accountId);
  }

  get size(): number {
    return this.entries.size;
  }

  private remove(pairKey: string, entry: Remembered<Ref>): void {
    this.entries.delete(pairKey);
    const pairs = this.byAccount.get(entry.accountId);
    pairs?.delete(pairKey);
    if (pairs?.size === 0) this.byAccount.delete(entry.accountId);
  }
}
