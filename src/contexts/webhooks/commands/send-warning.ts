import { Injectable } from '@nestjs/common';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { emailAddress } from '../../../platform/kernel/email-address.js';
import { Mailer, type OutgoingMail, type SendOutcome } from '../../../platform/mail/mailer.js';
import { VaultError } from '../../../platform/security/vault.js';
import { MailSettings, mailRetryWaitMs, Recipients, Suppression } from '../../deliveries/index.js';
import { Partner, PartnerContact, type PartnerState } from '../../partners/index.js';
import { recordWarning, type WarningOutcome } from '../domain/webhooks.decider.js';
import { type Warning, type Webhook, Webhooks } from '../domain/webhooks.js';
import { composeWarning } from '../message/compose-warning.js';

/** An endpoint and whose it is. */
export interface WebhookName {
  readonly partner: string;
  readonly webhook: number;
}

interface Due {
  readonly webhook: Webhook;
  readonly warning: Warning;
  readonly partner: PartnerState;
}

/** Mails partners that an endpoint of theirs was switched off: one step, which may be done late, twice or by two nodes. */
@Injectable()
export class WarningSender {
  constructor(
    private readonly executor: Executor,
    private readonly contact: PartnerContact,
    private readonly recipients: Recipients,
    private readonly settings: MailSettings,
    private readonly mailer: Mailer,
  ) {}

  /** A crash before the outcome is written down leaves the warning pending: it is mailed again under the same id. */
  async advance(context: CommandContext, name: WebhookName, chance: number): Promise<void> {
    const due = await this.executor.run(context, (tx) => dueOf(tx, name));
    // Without a provider it waits for one, and the step is repeated.
    if (!due || this.mailer.name === 'none') return;
    const { number, attempts } = due.warning;
    const sent = await this.send(context, name.partner, due);
    await this.executor.run(context, (tx) => {
      const outcome = this.outcomeOf(sent, attempts + 1, tx.nowMs, chance);
      const state = tx.load(Webhooks, name.partner);
      const attempt = { warning: number, attempt: attempts + 1, outcome };
      tx.append(Webhooks, name.partner, recordWarning(state, name.webhook, attempt));
    });
  }

  private async send(context: CommandContext, partnerId: string, due: Due): Promise<SendOutcome> {
    if (due.partner.status === 'deleted') return { kind: 'refused', code: 'partner_deleted' };
    const to = await this.addressOf(partnerId, due.partner);
    if (to === null) return { kind: 'refused', code: 'no_address' };
    const hash = this.recipients.hashOf(to);
    const { isSuppressed } = await this.executor.run(context, (tx) => tx.load(Suppression, hash));
    if (isSuppressed) return { kind: 'refused', code: 'address_suppressed' };
    return this.mailer.send(this.mailOf(partnerId, due, { to, hash }));
  }

  private async addressOf(id: string, partner: PartnerState): Promise<string | null> {
    try {
      const given = await this.contact.addressOf(id, partner);
      return given && emailAddress(given);
    } catch (error) {
      if (error instanceof VaultError && error.code === 'Erased') return null;
      throw error;
    }
  }

  private mailOf(
    partnerId: string,
    { webhook, warning, partner }: Due,
    { to, hash }: { readonly to: string; readonly hash: string },
  ): OutgoingMail {
    return {
      id: `${partnerId}.webhook-${webhook.id}.${warning.number}`,
      tags: { partner: partnerId, webhook: String(webhook.id), warning: String(warning.number) },
      recipientHash: hash,
      from: this.settings.from,
      to,
      replyTo: null,
      ...composeWarning({ language: partner.language, partner: partner.name, webhook, warning }),
    };
  }

  private outcomeOf(sent: SendOutcome, attempt: number, nowMs: number, chance: number): WarningOutcome {
    if (sent.kind === 'taken') {
      return { kind: 'sent', provider: this.mailer.name, providerId: sent.providerId };
    }
    const { code } = sent;
    const waitMs = sent.kind === 'retry' ? mailRetryWaitMs(attempt, sent.retryAfterMs, chance) : null;
    return waitMs === null
      ? { kind: 'failed', code }
      : { kind: 'delayed', code, retryAt: isoTime(nowMs + waitMs) };
  }
}

/** The warning that is to be mailed now; null when there is none. */
function dueOf(tx: Transaction, { partner, webhook: id }: WebhookName): Due | null {
  const webhook = tx.load(Webhooks, partner).webhooks.get(id);
  if (webhook?.warning?.status !== 'pending') return null;
  return { webhook, warning: webhook.warning, partner: tx.load(Partner, partner) };
}
