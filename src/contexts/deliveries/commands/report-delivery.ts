import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MaybePromise } from '../../../platform/event-store/event-store.js';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { IndexProgress } from '../../../platform/indexes/index-progress.js';
import { DeliveryIndex, type SendName } from '../delivery-index.js';
import { type RecordReport, recordReport, sendOf } from '../domain/delivery.decider.js';
import { Delivery } from '../domain/delivery.js';
import { keepReport, MailReports } from '../domain/mail-report.js';
import { Suppression, suppress } from '../domain/suppression.js';
import { SuppressionNumbers } from '../ports.js';

/** Stream id of the reports on a message that is not known yet. */
export const messageStream = (providerId: string): string =>
  hash('sha256', providerId, 'base64url').slice(0, 32);

/** A hard bounce or a complaint: nothing more is sent there. */
export const endsTrust = ({
  report,
  code,
}: Pick<RecordReport, 'report' | 'code'>): 'bounced' | 'complained' | null =>
  report === 'complained' || (report === 'bounced' && !SOFT_BOUNCES.includes(code ?? '')) ? report : null;

const SOFT_BOUNCES: readonly string[] = ['transient', 'undetermined'];

/** Applies reports, and takes the numbers that suppressed addresses get. */
@Injectable()
export class SuppressionNumbering {
  constructor(private readonly numbers: SuppressionNumbers) {}

  next(): MaybePromise<number> {
    return this.numbers.next();
  }

  /** The address is suppressed first: a report that is repeated after a crash finds that done, and goes on. */
  apply(tx: Transaction, { order, send }: SendName, report: RecordReport, publicId: number): void {
    const events = recordReport(tx.load(Delivery, order), send, report);
    if (events.length === 0) return;
    const reason = endsTrust(report);
    const { recipient } = sendOf(tx.load(Delivery, order), send)!;
    if (reason !== null) {
      const command = { publicId, reason, order, send, recipient };
      tx.append(Suppression, recipient.hash, suppress(tx.load(Suppression, recipient.hash), command));
    }
    tx.append(Delivery, order, events);
  }
}

/** What a provider tells of a message. */
export interface MailReport extends RecordReport {
  /** As the message itself says it; null if the report does not repeat it. */
  readonly named: SendName | null;
}

/** Takes a provider's report in: what moves nothing forward, and what is about no message of ours, changes nothing. */
export class ReportDelivery extends Command<void> {
  constructor(
    readonly context: CommandContext,
    readonly report: MailReport,
  ) {
    super();
  }
}

@CommandHandler(ReportDelivery)
export class ReportDeliveryHandler implements ICommandHandler<ReportDelivery> {
  constructor(
    private readonly executor: Executor,
    private readonly index: DeliveryIndex,
    private readonly numbering: SuppressionNumbering,
    private readonly progress: IndexProgress,
  ) {}

  /** @throws {IndexesBehind} where it is to be reported again */
  async execute({ context, report: { named, ...report } }: ReportDelivery): Promise<void> {
    const { providerId } = report;
    const publicId = await this.numbering.next();
    const apply = (): Promise<boolean> =>
      this.executor.run(context, (tx) => {
        const indexed = providerId === null ? undefined : this.index.sendOf(providerId);
        const known = [named, indexed].find(
          (name) => name && sendOf(tx.load(Delivery, name.order), name.send),
        );
        if (known) this.numbering.apply(tx, known, report, publicId);
        return known !== undefined;
      });
    if ((await apply()) || providerId === null) return;
    // The message may be one whose send has not answered yet, or was asked for or answered a moment ago.
    await this.progress.needed();
    if (this.index.hasWaiting) {
      await this.executor.run(context, (tx) => {
        const id = messageStream(providerId);
        tx.append(MailReports, id, keepReport(tx.load(MailReports, id), { ...report, providerId }));
      });
      // Whoever recorded the answer before that has looked for kept reports in vain.
      await this.progress.needed('unknown');
    }
    await apply();
  }
}
