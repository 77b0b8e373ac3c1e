/** Why a command about webhooks is refused. */
export type WebhookRejectionCode =
  | 'WebhookPartnerUnknown'
  | 'WebhookUnknown'
  | 'WebhookUrlRefused'
  | 'WebhookFieldInvalid'
  | 'TooManyWebhooks'
  | 'WebhookDisabled'
  | 'MessageUnknown'
  | 'MessageIsWaiting'
  | 'TooManyAttempts'
  | 'RedeliveryUnderWay'
  | 'TestUnderWay';
