import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import {
  endsTrust,
  keepReport,
  type MailReport,
  MailReports,
  messageStream,
  Recipients,
  Suppression,
  SuppressionNumbering,
  suppress,
} from '../../deliveries/index.js';
import { Partner } from '../../partners/index.js';
import { bounceWarning } from '../domain/webhooks.decider.js';
import { Webhooks } from '../domain/webhooks.js';
import type { WebhookName } from './send-warning.js';

/** What a provider tells of a mail by which a partner was warned. */
export interface WarningReport extends Omit<MailReport, 'named'> {
  readonly named: WebhookName & { readonly warning: number };
  /** Where the mail went, in clear. */
  readonly address: string;
}

/** Suppresses an address that bounced or complained, as the report of an order's mail does. Others change nothing. */
export class ReportWarning extends Command<void> {
  constructor(
    readonly context: CommandContext,
    readonly report: WarningReport,
  ) {
    super();
  }
}

@CommandHandler(ReportWarning)
export class ReportWarningHandler implements ICommandHandler<ReportWarning> {
  constructor(
    private readonly executor: Executor,
    private readonly recipients: Recipients,
    private readonly numbering: SuppressionNumbering,
  ) {}

  /** The address is suppressed first: a report that is repeated after a crash finds that done, and goes on. */
  async execute({ context, report: { named, address, ...report } }: ReportWarning): Promise<void> {
    const reason = endsTrust(report);
    const { providerId } = report;
    if (reason === null || providerId === null) return;
    const { partner, webhook, warning } = named;
    const { exists } = await this.executor.run(context, (tx) => tx.load(Partner, partner));
    if (!exists) return;
    const recipient = await this.recipients.sealSuppressed(address);
    const publicId = await this.numbering.next();
    await this.executor.run(context, (tx) => {
      // Providers repeat themselves: what was lifted since then stays so.
      const id = messageStream(providerId);
      const kept = keepReport(tx.load(MailReports, id), { ...report, providerId });
      if (kept.length === 0) return;
      const suppression = tx.load(Suppression, recipient.hash);
      tx.append(Suppression, recipient.hash, suppress(suppression, { publicId, reason, partner, recipient }));
      tx.append(
        Webhooks,
        partner,
        bounceWarning(tx.load(Webhooks, partner), webhook, { warning, code: reason }),
      );
      tx.append(MailReports, id, kept);
    });
  }
}
