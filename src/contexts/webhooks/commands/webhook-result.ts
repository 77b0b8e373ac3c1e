import type { Rejection } from '../../../platform/kernel/rejection.js';
import type { Webhook } from '../domain/webhooks.js';
import type { WebhookRejectionCode } from '../rejections.js';

export type WebhookResult = Webhook | Rejection<WebhookRejectionCode>;

/** With the new secret in clear: it is shown this once. */
export type WebhookWithSecret =
  | { readonly webhook: Webhook; readonly secret: string }
  | Rejection<WebhookRejectionCode>;
