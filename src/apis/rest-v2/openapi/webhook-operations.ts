import { type Naming, named } from './naming.js';

/** Routes about what partners are told. */
export const WEBHOOK_OPERATIONS: Readonly<Record<string, Naming>> = {
  'GET /api/partners/{id}/webhooks': named('listWebhooks', 'List webhooks'),
  'GET /api/partners/{id}/webhooks/{wid}': named('getWebhook', 'Get webhook details'),
  'POST /api/partners/{id}/webhooks': named('createWebhook', 'Create webhook', {
    description: 'The secret is shown this once.',
    example: { url: 'https://example.com/hooks', event_types: ['order.confirmed'], description: 'shop' },
  }),
  'PUT /api/partners/{id}/webhooks/{wid}': named('updateWebhook', 'Update webhook', {
    description: 'Only provided fields are updated. One that was switched off goes on where it stood.',
    example: { enabled: true },
  }),
  'DELETE /api/partners/{id}/webhooks/{wid}': named('deleteWebhook', 'Delete webhook', {
    description: 'What waits for it is not sent any more.',
  }),
  'POST /api/partners/{id}/webhooks/{wid}/rotate': named('rotateWebhookSecret', 'Change the secret', {
    description: 'The new one is shown this once; both sign until the overlap ends.',
    example: { overlap_hours: 24 },
  }),
  'POST /api/partners/{id}/webhooks/{wid}/test': named('testWebhook', 'Send a test event', {
    description: 'Sends it now and answers what the endpoint said. It is not recorded and not repeated.',
  }),
  'POST /api/partners/{id}/webhooks/{wid}/redeliver': named('redeliverEvents', 'Send a time range again', {
    description:
      'At most 10,000 events at once, those of types that the webhook does not take among them: `events` counts them, ' +
      'but they are not sent. `resume_from` says where to go on.',
    example: { from: '2026-12-01T00:00:00Z', to: '2026-12-02T00:00:00Z' },
  }),
  'GET /api/partners/{id}/webhooks/{wid}/deliveries': named('listWebhookDeliveries', 'Delivery log'),
  'POST /api/partners/{id}/webhooks/{wid}/deliveries/{mid}/redeliver': named(
    'redeliverEvent',
    'Send one event again',
  ),
  'GET /api/webhooks': named('listAllWebhooks', 'Webhooks of all partners', {
    description: 'With `status=failing` or `disabled` those that need somebody.',
  }),
  'GET /api/events': named('listPartnerEvents', 'Events of a partner', {
    description:
      'What webhooks bring, in order and without gaps. Ask again with `after` as `next` answered it. The staff names ' +
      'the partner.',
  }),
};
