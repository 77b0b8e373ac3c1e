import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldEvents } from '../../../../test/support/given.js';
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import { Delivery } from '../domain/delivery.js';
import { Erasure } from '../domain/erasure.js';
import { MailReports } from '../domain/mail-report.js';
import { Suppression } from '../domain/suppression.js';
import type { DeliveryEvent } from './delivery.events.js';
import type { ErasureEvent } from './erasure.events.js';
import type { MailReportEvent } from './mail-report.events.js';
import type { SuppressionEvent } from './suppression.events.js';

/** A stored sample, exactly as the log holds it. */
function sample<E extends DomainEvent>(type: E['type'], variant = ''): E {
  return JSON.parse(readFileSync(join(__dirname, 'golden', `${type}.v1${variant}.json`), 'utf8')) as E;
}

// Complete by type: an event without a sample does not compile, one without a file does not run.
const delivery = {
  DeliveryRequested: sample<DeliveryEvent>('DeliveryRequested'),
  DeliveryAttemptFailed: sample<DeliveryEvent>('DeliveryAttemptFailed'),
  DeliverySent: sample<DeliveryEvent>('DeliverySent'),
  DeliveryFailed: sample<DeliveryEvent>('DeliveryFailed'),
  DeliverySuppressed: sample<DeliveryEvent>('DeliverySuppressed'),
  DeliveryErased: sample<DeliveryEvent>('DeliveryErased'),
  DeliveryReported: sample<DeliveryEvent>('DeliveryReported'),
} satisfies Record<DeliveryEvent['type'], DeliveryEvent>;
const suppression = {
  AddressSuppressed: sample<SuppressionEvent>('AddressSuppressed'),
  SuppressionLifted: sample<SuppressionEvent>('SuppressionLifted'),
} satisfies Record<SuppressionEvent['type'], SuppressionEvent>;

const last = (...events: DeliveryEvent[]) => foldEvents(Delivery, events).sends.at(-1);

describe('the stored samples fold into', () => {
  const { DeliveryRequested: asked, DeliveryAttemptFailed: failed, DeliverySent: sent } = delivery;

  it('a delivery, from its request to the report', () => {
    expect(last(asked)).toMatchObject({ send: 1, status: 'pending', attempts: 0, language: 'ru' });
    expect(last(asked, failed)).toMatchObject({
      status: 'pending',
      attempts: 1,
      errorCode: 'smtp_451',
      retryAt: '2026-03-01T12:00:31.500Z',
    });
    const providerId = '56761188-7520-42d8-8898-ff6fc54ce618';
    expect(last(asked, failed, sent)).toMatchObject({
      status: 'sent',
      attempts: 2,
      errorCode: null,
      retryAt: null,
      providerId,
    });
    const reports = ['msg_p5jXN8AQM9LWM0D4loKWxJek'];
    const bounced = { status: 'bounced', errorCode: 'permanent', providerId, reports };
    expect(last(asked, delivery.DeliveryReported)).toMatchObject(bounced);
    expect(last(asked, sent, delivery.DeliveryReported)).toMatchObject(bounced);
  });

  it('every other end of a send', () => {
    expect(last(asked, delivery.DeliveryFailed)).toMatchObject({ status: 'failed', errorCode: 'smtp_550' });
    expect(last(asked, delivery.DeliverySuppressed)?.status).toBe('suppressed');
    expect(last(asked, delivery.DeliveryErased)?.status).toBe('erased');
  });

  it('an address that is suppressed and no more', () => {
    const { AddressSuppressed: suppressed, SuppressionLifted: lifted } = suppression;
    expect(foldEvents(Suppression, [suppressed])).toEqual({ isSuppressed: true, publicId: 7 });
    const ofPartner = sample<SuppressionEvent>('AddressSuppressed', '.of-a-partner');
    expect(foldEvents(Suppression, [ofPartner])).toEqual({ isSuppressed: true, publicId: 8 });
    expect(foldEvents(Suppression, [suppressed, lifted])).toEqual({ isSuppressed: false, publicId: 7 });
  });

  it('an erasure, and a report that waits', () => {
    expect(foldEvents(Erasure, [sample<ErasureEvent>('CustomerErased')])).toEqual({ count: 1 });
    const kept = sample<MailReportEvent>('MailReportKept');
    expect(foldEvents(MailReports, [kept]).kept).toEqual([kept.data]);
  });
});
