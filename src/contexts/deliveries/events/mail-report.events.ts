/**
 * Stored format of `mailreport-<hash of the provider's message id>` streams: add optional fields or upcast, never rename.
 * A report that names neither a delivery nor a message that is known waits here for the answer of the send.
 */
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { Report } from './delivery.events.js';

export type MailReportEvent = DomainEvent<
  'MailReportKept',
  {
    readonly report: Report;
    readonly reportId: string;
    readonly providerId: string;
    readonly reportedAt: string;
    readonly code: string | null;
  }
>;
