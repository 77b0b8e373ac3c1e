import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldEvents } from '../../../../test/support/given.js';
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import { Callback } from '../domain/callback.js';
import { signingSecrets, Webhooks } from '../domain/webhooks.js';
import type { CallbackEvent } from './callback.events.js';
import type { WebhooksEvent } from './webhooks.events.js';

const FOLDER = join(__dirname, 'golden');

/** A stored sample, exactly as the log holds it. */
function sample<E extends DomainEvent>(type: E['type']): E {
  return JSON.parse(readFileSync(join(FOLDER, `${type}.v1.json`), 'utf8')) as E;
}

// Complete by type: an event without a sample does not compile, one without a file does not run.
const webhooks = {
  WebhookCreated: sample<WebhooksEvent>('WebhookCreated'),
  WebhookChanged: sample<WebhooksEvent>('WebhookChanged'),
  WebhookSecretRotated: sample<WebhooksEvent>('WebhookSecretRotated'),
  WebhookDisabled: sample<WebhooksEvent>('WebhookDisabled'),
  WebhookWarningRequested: sample<WebhooksEvent>('WebhookWarningRequested'),
  WebhookWarningDelayed: sample<WebhooksEvent>('WebhookWarningDelayed'),
  WebhookWarningSent: sample<WebhooksEvent>('WebhookWarningSent'),
  WebhookWarningFailed: sample<WebhooksEvent>('WebhookWarningFailed'),
  WebhookEnabled: sample<WebhooksEvent>('WebhookEnabled'),
  WebhookRedeliveryRequested: sample<WebhooksEvent>('WebhookRedeliveryRequested'),
  WebhookDeleted: sample<WebhooksEvent>('WebhookDeleted'),
} satisfies Record<WebhooksEvent['type'], WebhooksEvent>;
const callbacks = {
  CallbackAttempted: sample<CallbackEvent>('CallbackAttempted'),
  CallbackRedeliveryRequested: sample<CallbackEvent>('CallbackRedeliveryRequested'),
} satisfies Record<CallbackEvent['type'], CallbackEvent>;

describe('stored events fold as they always did', () => {
  it('endpoints', () => {
    const { WebhookCreated, WebhookChanged, WebhookSecretRotated, WebhookDisabled } = webhooks;
    const events = [WebhookCreated, WebhookChanged, WebhookSecretRotated, WebhookDisabled];
    const webhook = foldEvents(Webhooks, events).webhooks.get(7)!;
    const old = { id: '01900000-0000-7000-8000-00000000a001', sealed: 'v1.k.bm9uY2U.c2VhbGVk' };
    const current = { id: '01900000-0000-7000-8000-00000000a002', sealed: 'v1.k.bm9uY2U.c2VhbGVkMg' };
    expect(webhook).toEqual({
      id: 7,
      url: 'https://partner.example/other',
      eventTypes: ['order.confirmed'],
      description: null,
      secret: current,
      previousSecret: { ...old, validUntil: '2027-01-02T00:00:00.000Z' },
      disabled: 'failing',
      warning: null,
      warnings: 0,
    });
    const end = Date.parse('2027-01-02T00:00:00.000Z');
    expect(signingSecrets(webhook, end - 1).map(({ id }) => id)).toEqual([current.id, old.id]);
    expect(signingSecrets(webhook, end).map(({ id }) => id)).toEqual([current.id]);
    const { WebhookEnabled, WebhookRedeliveryRequested, WebhookDeleted } = webhooks;
    const enabled = foldEvents(Webhooks, [...events, WebhookEnabled, WebhookRedeliveryRequested]);
    expect(enabled.webhooks.get(7)!.disabled).toBeNull();
    expect(foldEvents(Webhooks, [...events, WebhookDeleted]).webhooks.size).toBe(0);
  });

  it('the warnings of an endpoint', () => {
    const { WebhookCreated, WebhookDisabled, WebhookEnabled, WebhookWarningRequested: asked } = webhooks;
    const {
      WebhookWarningDelayed: delayed,
      WebhookWarningSent: sent,
      WebhookWarningFailed: failed,
    } = webhooks;
    const last = (...events: WebhooksEvent[]) =>
      foldEvents(Webhooks, [WebhookCreated, WebhookDisabled, asked, ...events]).webhooks.get(7)!;
    expect(last().warning).toEqual({
      ...{ number: 1, because: 'failing', status: 'pending', attempts: 0, errorCode: null, retryAt: null },
      ...{ disabledAt: '2027-01-06T00:00:00.000Z', failingSince: '2027-01-01T00:00:00.000Z' },
    });
    expect(last(delayed).warning).toMatchObject({
      ...{ status: 'pending', attempts: 1, errorCode: 'smtp_451', retryAt: '2027-01-06T00:00:31.500Z' },
    });
    expect(last(delayed, sent).warning).toMatchObject({ status: 'sent', attempts: 2, errorCode: null });
    expect(last(failed).warning).toMatchObject({ status: 'failed', attempts: 1, errorCode: 'no_address' });
    expect(last(WebhookEnabled)).toMatchObject({ disabled: null, warning: null, warnings: 1 });
  });

  it('callbacks', () => {
    const { CallbackAttempted, CallbackRedeliveryRequested } = callbacks;
    expect(foldEvents(Callback, [CallbackAttempted])).toEqual({ status: 'waiting', attempts: 1, round: 1 });
    expect(foldEvents(Callback, [CallbackAttempted, CallbackRedeliveryRequested])).toEqual({
      status: 'waiting',
      attempts: 1,
      round: 0,
    });
  });
});
