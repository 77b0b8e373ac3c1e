import fc from 'fast-check';
import { foldEvents, given } from '../../../../test/support/given.js';
import type { CallbackEvent } from '../events/callback.events.js';
import type { WebhookFields, WebhooksEvent } from '../events/webhooks.events.js';
import { MAX_ENDPOINTS, MAX_OVERLAP_HOURS } from '../limits.js';
import { Callback, recordAttempt, redeliver } from './callback.js';
import { nextAttemptMs, RETRY_WAITS_MS } from './schedule.js';
import {
  bounceWarning,
  changeWebhook,
  createWebhook,
  deleteWebhook,
  disableWebhook,
  recordWarning,
  requestRedelivery,
  rotateSecret,
} from './webhooks.decider.js';
import { Webhooks, type WebhooksState } from './webhooks.js';

const NOW = Date.parse('2027-01-01T00:00:00.000Z');
const FIELDS: WebhookFields = {
  url: 'https://partner.example/hook',
  eventTypes: ['order.confirmed'],
  description: null,
};
const secret = (n: number) => ({ id: `s${n}`, sealed: 'v1.k.a.b' });
const created = (webhook: number): WebhooksEvent => ({
  type: 'WebhookCreated',
  data: { webhook, ...FIELDS, secret: secret(webhook) },
});
const disabled: WebhooksEvent = { type: 'WebhookDisabled', data: { webhook: 1, because: 'failing' } };
const failing = {
  because: 'failing',
  disabledAt: '2027-01-06T00:00:00.000Z',
  failingSince: '2027-01-01T00:00:00.000Z',
} as const;
const gone = { because: 'gone', disabledAt: '2027-01-06T00:00:00.000Z', failingSince: null } as const;
const warned = (warning = 1): WebhooksEvent => ({
  type: 'WebhookWarningRequested',
  data: { webhook: 1, warning, ...failing },
});
const enabled: WebhooksEvent = { type: 'WebhookEnabled', data: { webhook: 1 } };

describe('an endpoint', () => {
  it('is created once for a secret, and only so many', () => {
    given(Webhooks, [])
      .when((state) => createWebhook(state, 1, FIELDS, secret(1)))
      .then(created(1));
    given(Webhooks, [created(1)])
      .when((state) => createWebhook(state, 2, FIELDS, secret(1)))
      .thenNothing();
    const full = Array.from({ length: MAX_ENDPOINTS }, (_, n) => created(n + 1));
    given(Webhooks, full)
      .when((state) => createWebhook(state, 99, FIELDS, secret(99)))
      .thenRejected('TooManyWebhooks', { limit: MAX_ENDPOINTS });
    given(Webhooks, [...full, { type: 'WebhookDeleted', data: { webhook: 1 } }])
      .when((state) => createWebhook(state, 99, FIELDS, secret(99)))
      .then(created(99));
  });

  it.each([[[]], [['order.confirmed', 'order.confirmed']], [['order.lost']]])(
    'takes no event types such as %j',
    (eventTypes) => {
      given(Webhooks, [])
        .when((state) => createWebhook(state, 1, { ...FIELDS, eventTypes: eventTypes as never }, secret(1)))
        .thenRejected('WebhookFieldInvalid');
    },
  );

  it('changes what is named, and nothing when nothing differs', () => {
    given(Webhooks, [created(1)])
      .when((state) => changeWebhook(state, 1, { description: 'till' }))
      .then({ type: 'WebhookChanged', data: { webhook: 1, ...FIELDS, description: 'till' } });
    given(Webhooks, [created(1)])
      .when((state) => changeWebhook(state, 1, { ...FIELDS, enabled: true }))
      .thenNothing();
    given(Webhooks, [])
      .when((state) => changeWebhook(state, 1, {}))
      .thenRejected('WebhookUnknown');
  });

  it('is switched off once, and on again', () => {
    given(Webhooks, [created(1)])
      .when((state) => disableWebhook(state, 1, failing))
      .then(disabled, warned());
    given(Webhooks, [created(1), disabled, warned()])
      .when((state) => disableWebhook(state, 1, gone))
      .thenNothing();
    given(Webhooks, [created(1)])
      .when((state) => changeWebhook(state, 1, { enabled: false }))
      .then({ type: 'WebhookDisabled', data: { webhook: 1, because: 'asked' } });
    given(Webhooks, [created(1), disabled])
      .when((state) => changeWebhook(state, 1, { enabled: true }))
      .then(enabled);
    given(Webhooks, [])
      .when((state) => disableWebhook(state, 1, failing))
      .thenNothing();
  });

  it('is warned of each time that it is switched off, and each attempt is written down once', () => {
    const off = [created(1), disabled, warned()];
    const sent = { kind: 'sent', provider: 'smtp', providerId: null } as const;
    const retryAt = '2027-01-06T00:00:30.000Z';
    const delayed = { kind: 'delayed', code: 'smtp_451', retryAt } as const;
    const wasDelayed: WebhooksEvent = {
      type: 'WebhookWarningDelayed',
      data: { webhook: 1, warning: 1, attempt: 1, code: 'smtp_451', retryAt },
    };
    const wasSent: WebhooksEvent = {
      type: 'WebhookWarningSent',
      data: { webhook: 1, warning: 1, attempt: 2, provider: 'smtp', providerId: null },
    };
    const record =
      (attempt: number, outcome: Parameters<typeof recordWarning>[2]['outcome'], warning = 1) =>
      (state: WebhooksState) =>
        recordWarning(state, 1, { warning, attempt, outcome });
    given(Webhooks, off).when(record(1, delayed)).then(wasDelayed);
    given(Webhooks, [...off, wasDelayed])
      .when(record(1, sent))
      .thenNothing();
    given(Webhooks, [...off, wasDelayed])
      .when(record(2, sent))
      .then(wasSent);
    given(Webhooks, [...off, wasDelayed, wasSent])
      .when(record(3, sent))
      .thenNothing();
    given(Webhooks, off)
      .when(record(1, { kind: 'failed', code: 'no_address' }))
      .then({
        type: 'WebhookWarningFailed',
        data: { webhook: 1, warning: 1, attempt: 1, code: 'no_address' },
      });
    given(Webhooks, [...off, enabled])
      .when(record(1, sent))
      .thenNothing();
    const bounce = (state: WebhooksState) => bounceWarning(state, 1, { warning: 1, code: 'bounced' });
    const cameBack = (attempt: number): WebhooksEvent => ({
      type: 'WebhookWarningFailed',
      data: { webhook: 1, warning: 1, attempt, code: 'bounced' },
    });
    given(Webhooks, [...off, wasDelayed, wasSent])
      .when(bounce)
      .then(cameBack(2));
    given(Webhooks, [...off, wasDelayed])
      .when(bounce)
      .then(cameBack(2));
    given(Webhooks, [...off, cameBack(1)])
      .when(record(1, sent))
      .thenNothing();
    given(Webhooks, [...off, wasSent, cameBack(2)])
      .when(bounce)
      .thenNothing();
    given(Webhooks, [...off, enabled])
      .when(bounce)
      .thenNothing();
    const again = [...off, wasSent, enabled, disabled, warned(2)];
    given(Webhooks, [...off, wasSent, enabled])
      .when((state) => disableWebhook(state, 1, failing))
      .then(disabled, warned(2));
    given(Webhooks, again)
      .when(record(1, sent, 1))
      .thenNothing();
    expect(foldEvents(Webhooks, [...again, wasSent]).webhooks.get(1)!.warning).toMatchObject({
      number: 2,
      status: 'pending',
    });
  });

  it('keeps its old secret for the overlap', () => {
    const rotation = { secret: secret(2), overlapHours: 1, nowMs: NOW };
    const previousValidUntil = '2027-01-01T01:00:00.000Z';
    given(Webhooks, [created(1)])
      .when((state) => rotateSecret(state, 1, rotation))
      .then({ type: 'WebhookSecretRotated', data: { webhook: 1, secret: secret(2), previousValidUntil } });
    given(Webhooks, [created(1)])
      .when((state) => rotateSecret(state, 1, { ...rotation, overlapHours: 0 }))
      .then({
        type: 'WebhookSecretRotated',
        data: { webhook: 1, secret: secret(2), previousValidUntil: null },
      });
    given(Webhooks, [created(1)])
      .when((state) => rotateSecret(state, 1, { ...rotation, overlapHours: MAX_OVERLAP_HOURS + 1 }))
      .thenRejected('WebhookFieldInvalid');
  });

  it('is sent nothing again while it is off or gone', () => {
    const range = { first: '1', last: '2' };
    given(Webhooks, [created(1), disabled])
      .when((state) => requestRedelivery(state, 1, range))
      .thenRejected('WebhookDisabled');
    given(Webhooks, [])
      .when((state) => requestRedelivery(state, 1, range))
      .thenRejected('WebhookUnknown');
    given(Webhooks, [])
      .when((state) => deleteWebhook(state, 1))
      .thenRejected('WebhookUnknown');
  });
});

describe('a message', () => {
  const attempted = (attempt: number, over: object = {}): CallbackEvent => ({
    type: 'CallbackAttempted',
    data: {
      ...{ webhook: 1, partner: 'p', notice: '10', eventId: 'evt_1', eventType: 'order.confirmed' },
      ...{ attempt, round: attempt, outcome: 'failed', failure: 'timeout', status: null, response: null },
      ...{ tookMs: 5, nextAttempt: '2027-01-01T00:00:05.000Z', ...over },
    } as never,
  });
  const message = { webhook: 1, partner: 'p', notice: '10' };

  it('has each attempt recorded once', () => {
    const { data } = attempted(1) as Extract<CallbackEvent, { type: 'CallbackAttempted' }>;
    given(Callback, [])
      .when((state) => recordAttempt(state, data))
      .then(attempted(1));
    given(Callback, [attempted(1)])
      .when((state) => recordAttempt(state, data))
      .thenNothing();
  });

  it('is sent again on demand, and tried now where it waits for its next attempt, once asked for', () => {
    const givenUp = attempted(1, { nextAttempt: null });
    const delivered = attempted(1, { outcome: 'delivered', nextAttempt: null });
    for (const events of [[delivered], [givenUp], [attempted(1)]]) {
      given(Callback, events)
        .when((state) => redeliver(state, message))
        .then({ type: 'CallbackRedeliveryRequested', data: message });
    }
    given(Callback, [attempted(1), { type: 'CallbackRedeliveryRequested', data: message }])
      .when((state) => redeliver(state, message))
      .thenRejected('MessageIsWaiting');
    given(Callback, [])
      .when((state) => redeliver(state, message))
      .thenRejected('MessageUnknown');
  });

  it('is tried eight times over more than a day, each wait within a tenth', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 7 }),
        (chance, round) => {
          const wait = nextAttemptMs(NOW, round, chance)! - NOW;
          expect(Math.abs(wait / RETRY_WAITS_MS[round - 1]! - 1)).toBeLessThanOrEqual(0.1001);
        },
      ),
    );
    expect(RETRY_WAITS_MS).toHaveLength(7);
    expect(nextAttemptMs(NOW, 8, 0.5)).toBeNull();
  });
});
