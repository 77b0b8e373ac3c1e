import { Injectable } from '@nestjs/common';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { emailAddress } from '../../../platform/kernel/email-address.js';
import { Mailer, NO_PROVIDER, type OutgoingMail } from '../../../platform/mail/mailer.js';
import { VaultError } from '../../../platform/security/vault.js';
import { Product, type ProductState } from '../../catalog/index.js';
import { Order, type OrderState, type SoldUnit } from '../../ordering/index.js';
import { Partner, type PartnerState } from '../../partners/index.js';
import type { SendName } from '../delivery-index.js';
import {
  type AttemptOutcome,
  awaitProvider,
  endPending,
  recordAttempt,
  requestFirst,
  sendOf,
} from '../domain/delivery.decider.js';
import { Delivery, type Send } from '../domain/delivery.js';
import { MailReports } from '../domain/mail-report.js';
import { Suppression } from '../domain/suppression.js';
import { MAX_UNRECORDED } from '../limits.js';
import { composeMail } from '../message/compose.js';
import { DeliveredKeys, MailSettings, Recipients } from '../ports.js';
import { messageStream, SuppressionNumbering } from './report-delivery.js';

/** What one attempt needs, as it was decided. */
interface Attempt {
  readonly send: Send;
  readonly number: number;
  readonly order: OrderState;
  readonly products: ReadonlyMap<string, ProductState>;
  readonly partner: PartnerState;
}

/** Which attempt of which send was made. */
interface Made {
  readonly send: Pick<Send, 'send'>;
  readonly number: number;
}

/** Sends what an order still has to send: one step, which may be done late, twice or by two nodes. */
@Injectable()
export class DeliverySender {
  /** What a provider took and the log does not say yet, by attempt. */
  private readonly unrecorded = new Map<string, AttemptOutcome>();

  constructor(
    private readonly executor: Executor,
    private readonly recipients: Recipients,
    private readonly keys: DeliveredKeys,
    private readonly settings: MailSettings,
    private readonly mailer: Mailer,
    private readonly numbering: SuppressionNumbering,
  ) {}

  /**
   * Decides whether anything is to be sent, sends it, and writes the outcome down. A crash in between leaves the send
   * pending: it is made again under the same id. Without a provider it waits for one, and the step is repeated. While the
   * log takes nothing, a disk is full say, what was sent is not sent again by this process with each repetition.
   * @throws when what is to be sent cannot be read
   */
  async advance(context: CommandContext, name: SendName, chance: number): Promise<void> {
    const orderId = name.order;
    const attempt = await this.executor.run(context, (tx) => begin(tx, name));
    if (!attempt) return;
    if (this.mailer.name === 'none') {
      await this.executor.run(context, (tx) => {
        const waits = { code: NO_PROVIDER, nowMs: tx.nowMs };
        tx.append(Delivery, orderId, awaitProvider(tx.load(Delivery, orderId), attempt.send.send, waits));
      });
      return;
    }
    const sentBefore = this.unrecorded.get(nameOf(orderId, attempt));
    if (sentBefore) return this.record(context, orderId, { attempt, outcome: sentBefore, chance });
    const mail = await this.compose(orderId, attempt);
    if (typeof mail === 'string') {
      const reason = mail === 'erased' ? mail : { code: mail };
      await this.executor.run(context, (tx) => {
        tx.append(Delivery, orderId, endPending(tx.load(Delivery, orderId), attempt.send.send, reason));
      });
      return;
    }
    const sent = await this.mailer.send(mail);
    const outcome: AttemptOutcome = sent.kind === 'taken' ? { ...sent, provider: this.mailer.name } : sent;
    if (outcome.kind === 'taken') this.remember(nameOf(orderId, attempt), outcome);
    await this.record(context, orderId, { attempt, outcome, chance });
  }

  private async compose(orderId: string, attempt: Attempt): Promise<OutgoingMail | 'erased' | string> {
    const { send, order, products, partner } = attempt;
    let to: string;
    try {
      to = await this.recipients.open(orderId, send.recipient);
    } catch (error) {
      if (error instanceof VaultError && error.code === 'Erased') return 'erased';
      throw error;
    }
    const units = await this.read(order.units);
    if (!units) return 'key_erased';
    const { subject, html, text } = composeMail({
      language: send.language,
      publicUrl: this.settings.publicUrl,
      reference: order.claim!.reference,
      partner,
      items: units.map(({ unit, key }) => ({ product: products.get(productOf(order, unit))!, ...key })),
    });
    return {
      id: `${orderId}.${send.send}`,
      tags: { order: orderId, send: String(send.send) },
      recipientHash: send.recipient.hash,
      from: this.settings.from,
      to,
      replyTo: partner.supportEmail && emailAddress(partner.supportEmail),
      subject,
      html,
      text,
    };
  }

  /** The texts of the order's keys; null when they can never be read again. */
  private async read(units: readonly SoldUnit[]) {
    try {
      return await Promise.all(
        units.map(async (unit) => ({ unit, key: await this.keys.read(unit.lot, unit.slot) })),
      );
    } catch (error) {
      if (error instanceof VaultError && error.code === 'Erased') return null;
      throw error;
    }
  }

  /** Reports that were there before the answer are applied with it. */
  async record(
    context: CommandContext,
    orderId: string,
    { attempt, outcome, chance }: { attempt: Made; outcome: AttemptOutcome; chance: number },
  ): Promise<void> {
    const { send } = attempt.send;
    const publicId = await this.numbering.next();
    const applyKept = (tx: Transaction): void => {
      if (outcome.kind !== 'taken' || outcome.providerId === null) return;
      const { kept } = tx.load(MailReports, messageStream(outcome.providerId));
      for (const report of kept) this.numbering.apply(tx, { order: orderId, send }, report, publicId);
    };
    await this.executor.run(context, (tx) => {
      const recorded = recordAttempt(tx.load(Delivery, orderId), {
        ...{ send, attempt: attempt.number, outcome, chance },
        nowMs: tx.nowMs,
      });
      tx.append(Delivery, orderId, recorded);
      applyKept(tx);
    });
    // Another node may have kept one while that was on its way, and not have found the answer yet.
    await this.executor.run(context, applyKept);
    this.unrecorded.delete(nameOf(orderId, attempt));
  }

  private remember(name: string, outcome: AttemptOutcome): void {
    this.unrecorded.set(name, outcome);
    if (this.unrecorded.size > MAX_UNRECORDED) {
      this.unrecorded.delete(this.unrecorded.keys().next().value!);
    }
  }
}

const nameOf = (orderId: string, { send, number }: Made): string => `${orderId}.${send.send}.${number}`;

const productOf = (order: OrderState, { unit }: SoldUnit): string =>
  order.claim!.lines.find(({ units }) => units.some((planned) => planned.unit === unit))!.facts.product;

/** The attempt that is to be made now; null when there is none. */
function begin(tx: Transaction, { order: orderId, send: number }: SendName): Attempt | null {
  const order = tx.load(Order, orderId);
  const { claim } = order;
  if (!claim) return null;
  if (claim.email && tx.load(Delivery, orderId).sends.length === 0) {
    const recipient = { ...claim.email, sealedIn: 'order' as const };
    const { publicId: orderNumber, partner, language } = claim;
    tx.append(
      Delivery,
      orderId,
      requestFirst(tx.load(Delivery, orderId), { orderNumber, partner, language, recipient }),
    );
  }
  const state = tx.load(Delivery, orderId);
  const send = sendOf(state, number);
  if (send?.status !== 'pending') return null;
  const end = (reason: Parameters<typeof endPending>[2]): null => {
    tx.append(Delivery, orderId, endPending(state, send.send, reason));
    return null;
  };
  // A key that is being replaced is waited for: the event that ends it does not move this, so the step is repeated.
  if (order.status === 'replacing') return null;
  if (order.status !== 'confirmed') return end({ code: 'order_undone' });
  if (tx.load(Suppression, send.recipient.hash).isSuppressed) return end('suppressed');
  const products = new Map(
    claim.lines.map(({ facts }) => [facts.product, tx.load(Product, facts.product)] as const),
  );
  const partner = tx.load(Partner, claim.partner);
  return { send, number: send.attempts + 1, order, products, partner };
}
