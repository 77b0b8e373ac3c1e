import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import type { MailReportEvent } from '../events/mail-report.events.js';
import { MAX_KEPT_REPORTS } from '../limits.js';

type Kept = MailReportEvent['data'];

/** Reports of a message whose send has not answered yet, in order. */
export const MailReports: Aggregate<{ readonly kept: readonly Kept[] }, MailReportEvent> = {
  category: 'mailreport',
  stateVersion: 1,
  initial: { kept: [] },
  isLive: () => false,
  evolve: ({ kept }, { data }) => ({ kept: [...kept, data] }),
};

/** Keeps a report, once, and no more than any message has. */
export function keepReport({ kept }: { readonly kept: readonly Kept[] }, report: Kept): MailReportEvent[] {
  if (kept.length >= MAX_KEPT_REPORTS || kept.some(({ reportId }) => reportId === report.reportId)) return [];
  return [{ type: 'MailReportKept', data: report }];
}
