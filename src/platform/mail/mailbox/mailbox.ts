import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../kernel/clock.js';
import { sealedPlace, type Vault, VaultError } from '../../security/vault.js';
import { MAILBOX_MESSAGES } from '../limits.js';
import { Mailer, type OutgoingMail, type SendOutcome } from '../mailer.js';

/** A message as it lies in the mailbox. */
export interface KeptMail {
  readonly id: string;
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

interface Stored {
  readonly atMs: number;
  /** Keyed hash of the recipient's address. */
  readonly recipient: string;
  readonly sealed: string;
}

const ID = /^[\w.-]{1,200}$/;
const SUFFIX = '.json';

/**
 * Keeps what would have been sent, in files of a folder, one a message: encrypted under the customer's data key, so that
 * it ends with the customer. Sending the same message again replaces it. For development: no more than
 * {@link MAILBOX_MESSAGES}, the oldest go first.
 */
export class Mailbox extends Mailer {
  readonly name = 'mailbox';
  /** Ids of what is kept, the oldest first; null until the folder was read for it. */
  private kept: Set<string> | null = null;
  /** Changes of the folder are one at a time. */
  private changing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {
    super();
  }

  async send(mail: OutgoingMail): Promise<SendOutcome> {
    const { id, recipientHash: recipient, from, to, subject, html, text } = mail;
    if (!ID.test(id)) throw new RangeError('a message id has letters, digits, - _ and . alone');
    const atMs = this.clock.now();
    const kept: KeptMail = { id, atMs, from, to, subject, html, text };
    const place = sealedPlace('mailbox', id);
    const sealed = await this.vault.sealUnder(`customer-${recipient}`, place, JSON.stringify(kept));
    await this.exclusively(() => this.write(id, { atMs, recipient, sealed }));
    return { kind: 'taken', providerId: null };
  }

  /** The messages that can still be read, the newest first. */
  async list(): Promise<KeptMail[]> {
    const found = await Promise.all((await this.ids()).map((id) => this.get(id)));
    return found.filter((mail) => mail !== null).sort((a, b) => b.atMs - a.atMs || (a.id < b.id ? 1 : -1));
  }

  /** Null if there is none, or its customer was erased. */
  async get(id: string): Promise<KeptMail | null> {
    const stored = await this.read(id);
    if (!stored) return null;
    try {
      return JSON.parse(await this.vault.open(stored.sealed, sealedPlace('mailbox', id))) as KeptMail;
    } catch (error) {
      if (error instanceof VaultError) return null;
      throw error;
    }
  }

  /** Removes what was sent to a customer. */
  erase(recipientHash: string): Promise<void> {
    return this.exclusively(async () => {
      for (const id of await this.ids()) {
        if ((await this.read(id))?.recipient === recipientHash) this.remove(id);
      }
    });
  }

  async close(): Promise<void> {
    await this.changing;
  }

  /**
   * At once: the handful of calls take less than handing each of them to another thread, and each of those would wait for a
   * turn of the event loop, of which a busy server has twenty in a second.
   */
  private async write(id: string, stored: Stored): Promise<void> {
    this.kept ??= new Set(await this.oldestFirst());
    const path = this.path(id);
    this.writeNew(`${path}.new`, JSON.stringify(stored));
    renameSync(`${path}.new`, path);
    this.kept.delete(id);
    this.kept.add(id);
    for (const oldest of this.kept) {
      if (this.kept.size <= MAILBOX_MESSAGES) break;
      this.remove(oldest);
    }
  }

  /** The folder is made when it is found missing: it may be removed at any time. */
  private writeNew(path: string, text: string): void {
    try {
      writeFileSync(path, text, { mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeFileSync(path, text, { mode: 0o600 });
    }
  }

  private remove(id: string): void {
    rmSync(this.path(id), { force: true });
    this.kept?.delete(id);
  }

  private async oldestFirst(): Promise<string[]> {
    const ids = await this.ids();
    const ages = await Promise.all(ids.map(async (id) => ({ id, atMs: (await this.read(id))?.atMs ?? 0 })));
    return ages.sort((a, b) => a.atMs - b.atMs).map(({ id }) => id);
  }

  private async read(id: string): Promise<Stored | null> {
    if (!ID.test(id)) return null;
    try {
      return JSON.parse(await readFile(this.path(id), 'utf8')) as Stored;
    } catch {
      return null;
    }
  }

  private async ids(): Promise<string[]> {
    try {
      const names = await readdir(this.folder);
      return names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
    } catch {
      return [];
    }
  }

  private path(id: string): string {
    return join(this.folder, `${id}${SUFFIX}`);
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.changing.then(work);
    this.changing = done.catch(() => undefined);
    return done;
  }
}
