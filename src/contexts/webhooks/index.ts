/** The webhooks context: what partners are told, at their endpoints and in a feed. */
import type { Provider } from '@nestjs/common';
import { EventStore } from '../../platform/event-store/event-store.js';
import { CallbackAttempts } from './commands/callback-attempts.js';
import { CreateWebhookHandler } from './commands/create-webhook.js';
import { DeleteWebhookHandler } from './commands/delete-webhook.js';
import { RedeliverMessageHandler } from './commands/redeliver-message.js';
import { RedeliverRangeHandler } from './commands/redeliver-range.js';
import { ReportWarningHandler } from './commands/report-warning.js';
import { RotateWebhookSecretHandler } from './commands/rotate-webhook-secret.js';
import { WarningSender } from './commands/send-warning.js';
import { TestWebhookHandler } from './commands/test-webhook.js';
import { UpdateWebhookHandler } from './commands/update-webhook.js';
import { NoticeBodies } from './notices/notice-bodies.js';
import { NoticeIndex } from './notices/notice-index.js';
import { NoticeStorage } from './notices/notice-storage.js';
import { EndpointSecrets } from './secrets/endpoint-secrets.js';

export { type Attempted, CallbackAttempts } from './commands/callback-attempts.js';
export { CreateWebhook } from './commands/create-webhook.js';
export { DeleteWebhook } from './commands/delete-webhook.js';
export { RedeliverMessage } from './commands/redeliver-message.js';
export { RedeliverRange, type RedeliveryBegun } from './commands/redeliver-range.js';
export { ReportWarning, type WarningReport } from './commands/report-warning.js';
export { RotateWebhookSecret } from './commands/rotate-webhook-secret.js';
export { WarningSender, type WebhookName } from './commands/send-warning.js';
export { type TestResult, TestWebhook } from './commands/test-webhook.js';
export { UpdateWebhook } from './commands/update-webhook.js';
export type { WebhookResult, WebhookWithSecret } from './commands/webhook-result.js';
export { Callback, type CallbackState, callbackId } from './domain/callback.js';
export { NOTICE_TYPES, type WebhookChanges } from './domain/webhooks.decider.js';
export { type Webhook, Webhooks, type WebhooksState } from './domain/webhooks.js';
export type { CallbackEvent, FailureReason } from './events/callback.events.js';
export type {
  DisabledBecause,
  NoticeType,
  SealedSecret,
  WarnedOf,
  WebhookFields,
  WebhooksEvent,
} from './events/webhooks.events.js';
export {
  DEFAULT_FEED_PAGE,
  DEFAULT_OVERLAP_HOURS,
  MAX_DESCRIPTION_LENGTH,
  MAX_FEED_PAGE,
  MAX_OVERLAP_HOURS,
} from './limits.js';
export { composeWarning, type WarningMail } from './message/compose-warning.js';
export type { Lane, Work } from './notices/lane.js';
export { type Notice, noticeId } from './notices/notice.js';
export { NoticeBodies, type NoticeBody } from './notices/notice-bodies.js';
export { NoticeIndex } from './notices/notice-index.js';
export { NoticeStorage } from './notices/notice-storage.js';
export type { WebhookRejectionCode } from './rejections.js';
export { EndpointSecrets } from './secrets/endpoint-secrets.js';

/**
 * What the composition root registers. Needs `EventStore`, `Executor`, `Ids`, `Clock`, `PublicIds`, `Vault`, `OutboundHttp`, `PartnerContact`,
 * `Recipients`, `SuppressionNumbering`, `MailSettings` and `Mailer`.
 * `NoticeIndex` and `NoticeStorage` follow the log, in this order.
 */
export const webhooksProviders = ({ namespace }: { readonly namespace: string }): Provider[] => [
  NoticeStorage,
  NoticeIndex,
  {
    provide: NoticeBodies,
    inject: [EventStore],
    useFactory: (events: EventStore) => new NoticeBodies(events, namespace),
  },
  EndpointSecrets,
  CallbackAttempts,
  WarningSender,
  ReportWarningHandler,
  TestWebhookHandler,
  CreateWebhookHandler,
  UpdateWebhookHandler,
  DeleteWebhookHandler,
  RotateWebhookSecretHandler,
  RedeliverRangeHandler,
  RedeliverMessageHandler,
];
