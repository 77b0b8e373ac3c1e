import type { MailReport, Report } from '../../../contexts/deliveries/index.js';
import type { WarningReport } from '../../../contexts/webhooks/index.js';

/** What Resend's event types tell; the others tell nothing that is kept. */
const REPORTS: Readonly<Record<string, Report>> = {
  'email.sent': 'sent',
  'email.delivered': 'delivered',
  'email.opened': 'opened',
  'email.clicked': 'opened',
  'email.bounced': 'bounced',
  'email.complained': 'complained',
  'email.failed': 'failed',
  'email.suppressed': 'failed',
};

const ORDER = /^[\w-]{1,64}$/;
const NUMBER = /^\d{1,15}$/;
const MAX_ADDRESS_LENGTH = 320;
const MESSAGE = /^[\w.-]{1,200}$/;
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

type Json = Readonly<Record<string, unknown>>;
const asObject = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

/** Tags come as they were sent, a list of names and values, or as an object. */
function tagOf(tags: unknown, name: string): string | undefined {
  const value = Array.isArray(tags)
    ? asObject(tags.find((tag) => asObject(tag).name === name)).value
    : asObject(tags)[name];
  return typeof value === 'string' ? value : undefined;
}

/** The order and send that the message carries as tags; null if it is not one of ours. */
function nameOf(tags: unknown): MailReport['named'] {
  const order = tagOf(tags, 'order');
  const send = tagOf(tags, 'send');
  if (!order || !ORDER.test(order) || !send || !/^\d{1,4}$/.test(send)) return null;
  return { order, send: Number(send) };
}

/** What only the report of a warning to a partner says; null for other messages. */
export function warnedOf(body: unknown): Pick<WarningReport, 'named' | 'address'> | null {
  const { tags, to } = asObject(asObject(body).data);
  const [partner, webhook, warning] = ['partner', 'webhook', 'warning'].map((name) => tagOf(tags, name));
  const address: unknown = Array.isArray(to) ? to[0] : to;
  if (!partner || !ORDER.test(partner) || !NUMBER.test(webhook ?? '') || !NUMBER.test(warning ?? ''))
    return null;
  if (typeof address !== 'string' || address.length > MAX_ADDRESS_LENGTH || !address.includes('@'))
    return null;
  return { named: { partner, webhook: Number(webhook), warning: Number(warning) }, address };
}

/** Bounces have a type, failures a reason of their own. */
function codeOf(report: Report, type: string, data: Json): string | null {
  if (report === 'bounced') {
    const kind = asObject(data.bounce).type;
    return typeof kind === 'string'
      ? kind
          .toLowerCase()
          .replace(/[^a-z]+/g, '_')
          .slice(0, 40)
      : 'permanent';
  }
  return report === 'failed' ? type.replace('.', '_') : null;
}

/**
 * What one of Resend's webhooks tells of a message; null where it tells nothing that is kept.
 * @param reportId id of the webhook
 * @param atMs when it came in, in place of a time that it does not tell
 */
export function resendReport(body: unknown, reportId: string, atMs: number): MailReport | null {
  const { type, created_at: createdAt, data: given } = asObject(body);
  if (typeof type !== 'string' || !Object.hasOwn(REPORTS, type)) return null;
  const data = asObject(given);
  const report = REPORTS[type]!;
  const messageId = data.email_id;
  const toldMs = typeof createdAt === 'string' && TIME.test(createdAt) ? Date.parse(createdAt) : Number.NaN;
  return {
    named: nameOf(data.tags),
    report,
    reportId,
    providerId: typeof messageId === 'string' && MESSAGE.test(messageId) ? messageId : null,
    reportedAt: new Date(Number.isNaN(toldMs) ? atMs : toldMs).toISOString(),
    code: codeOf(report, type, data),
  };
}
