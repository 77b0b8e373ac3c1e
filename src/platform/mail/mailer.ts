/** A message, ready to be sent. Holds secrets: never log it. */
export interface OutgoingMail {
  /** The same for every attempt at this message: letters, digits, `-`, `_` and `.`. */
  readonly id: string;
  /** Tells a provider's reports apart: names and values of letters, digits, `-` and `_`. */
  readonly tags: Readonly<Record<string, string>>;
  /** Keyed hash of the recipient's address. */
  readonly recipientHash: string;
  readonly from: string;
  readonly to: string;
  readonly replyTo: string | null;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/**
 * What is known after an attempt. Codes are short and plain, without anything personal.
 *
 * `taken`: the provider has it. `refused`: it will never take it. `retry`: it did not take it now, or nobody knows; the
 * next attempt goes out under the same id, by which a provider that knows such ids sends once.
 */
export type SendOutcome =
  | { readonly kind: 'taken'; readonly providerId: string | null }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'retry'; readonly code: string; readonly retryAfterMs: number | null };

/**
 * Sends mail. An attempt ends within a bounded time whatever the other side does, and never throws for what a server
 * or a network does.
 *
 * `resend/`: over HTTPS, with the message's id as idempotency key. `smtp/`: the id is the Message-ID, by which the
 * reader's side may tell a repetition. `mailbox/`: keeps it on this machine, for development.
 */
export abstract class Mailer {
  abstract readonly name: 'resend' | 'smtp' | 'mailbox' | 'none';
  abstract send(mail: OutgoingMail): Promise<SendOutcome>;
  abstract close(): Promise<void>;
}

/** Why a message waits that there is nobody to send. */
export const NO_PROVIDER = 'no_mail_provider';

/** In production without a provider: messages wait for one, however long. Whoever sends asks for the name first. */
export class NoMailer extends Mailer {
  readonly name = 'none';

  async send(): Promise<SendOutcome> {
    return { kind: 'retry', code: NO_PROVIDER, retryAfterMs: null };
  }

  async close(): Promise<void> {}
}

const CODE_LENGTH = 60;

/** A text as an outcome's code: what is not plain becomes `_`. */
export const outcomeCode = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_.]+/g, '_')
    .slice(0, CODE_LENGTH) || 'unknown';
