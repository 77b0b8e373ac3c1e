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
    });
    const end = Date.parse('2027-01-02T00:00:00.000Z');
    expect(signingSecrets(webhook, end - 1).map(({ id }) => id)).toEqual([current.id, old.id]);
    expect(signingSecrets(webhook, end).map(({ id }) => id)).toEqual([current.id]);
    const { WebhookEnabled, WebhookRedeliveryRequested, WebhookDeleted } = webhooks;
    const enabled = foldEvents(Webhooks, [...events, WebhookEnabled, WebhookRedeliveryRequested]);
    expect(enabled.webhooks.get(7)!.disabled).toBeNull();
    expect(foldEvents(Webhooks, [...events, WebhookDeleted]).webhooks.size).toBe(0);
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
