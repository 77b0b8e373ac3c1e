import fc from 'fast-check';
import { foldEvents, given } from '../../../../test/support/given.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { ATTEMPT_TIMEOUT_MS } from '../../../platform/mail/limits.js';
import type { DeliveryEvent, Report } from '../events/delivery.events.js';
import { MAX_SENDS, RETRY_JITTER, RETRY_WAITS_MS } from '../limits.js';
import {
  type AttemptOutcome,
  awaitProvider,
  endPending,
  recordAttempt,
  recordReport,
  requestFirst,
  requestResend,
} from './delivery.decider.js';
import { Delivery, type DeliveryState, movesForward } from './delivery.js';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const recipient = { address: 'sealed', hash: 'h', sealedIn: 'order' as const };
const request = { orderNumber: 4711, partner: 'p', language: 'ru', recipient };
const asked: DeliveryEvent = {
  type: 'DeliveryRequested',
  data: { ...request, send: 1, cause: 'order' },
};
const again: DeliveryEvent = {
  type: 'DeliveryRequested',
  data: { ...request, send: 2, cause: 'resend' },
};
const taken: AttemptOutcome = { kind: 'taken', provider: 'resend', providerId: 'm-1' };
const refused: AttemptOutcome = { kind: 'refused', code: 'smtp_550' };
const busy = (retryAfterMs: number | null = null): AttemptOutcome => ({
  kind: 'retry',
  code: 'timeout',
  retryAfterMs,
});
const attempted = (attempt: number, outcome: AttemptOutcome, { send = 1, chance = 0 } = {}) => ({
  ...{ send, attempt, outcome, chance },
  nowMs: NOW,
});
const sent: DeliveryEvent = {
  type: 'DeliverySent',
  data: { send: 1, attempt: 1, provider: 'resend', providerId: 'm-1' },
};
const failedOnce: DeliveryEvent = {
  type: 'DeliveryAttemptFailed',
  data: { send: 1, attempt: 1, code: 'timeout', retryAt: isoTime(NOW + RETRY_WAITS_MS[0]!) },
};
const report = (kind: Report, reportId = `r-${kind}`) => ({
  ...{ report: kind, reportId, providerId: 'm-1', code: null },
  reportedAt: isoTime(NOW),
});
const reported = (kind: Report, send = 1): DeliveryEvent => ({
  type: 'DeliveryReported',
  data: { ...report(kind), send },
});
const statusOf = (state: DeliveryState) => state.sends.at(-1)?.status;

/** The longest waits between attempts that all come to the same, and what follows the last one. */
function untilGivenUp(outcome: AttemptOutcome): { waits: number[]; last: DeliveryEvent | undefined } {
  const waits: number[] = [];
  let state = foldEvents(Delivery, [asked]);
  for (let attempt = 1; ; attempt += 1) {
    const [event] = recordAttempt(state, attempted(attempt, outcome, { chance: 1 }));
    if (event?.type !== 'DeliveryAttemptFailed') return { waits, last: event };
    waits.push(Date.parse(event.data.retryAt) - NOW);
    state = Delivery.evolve(state, event, { revision: attempt });
  }
}

describe('a delivery', () => {
  it('says once that it waits for a provider, which is no attempt', () => {
    const waits = { code: 'no_mail_provider', nowMs: NOW };
    const waiting: DeliveryEvent = {
      type: 'DeliveryAttemptFailed',
      data: { send: 1, attempt: 0, code: 'no_mail_provider', retryAt: isoTime(NOW) },
    };
    given(Delivery, [asked])
      .when((state) => awaitProvider(state, 1, waits))
      .then(waiting);
    const said = [asked, waiting];
    given(Delivery, said)
      .when((state) => awaitProvider(state, 1, waits))
      .then();
    given(Delivery, said)
      .when((state) => recordAttempt(state, attempted(1, taken)))
      .then(sent);
    given(Delivery, [...said, sent])
      .when((state) => awaitProvider(state, 1, waits))
      .then();
  });

  it('is asked for once by its order', () => {
    given(Delivery, [])
      .when((state) => requestFirst(state, request))
      .then(asked);
    given(Delivery, [asked])
      .when((state) => requestFirst(state, request))
      .thenNothing();
  });

  it('is made again on request, but not while it is under way to the same address', () => {
    const command = { ...request, isCorrected: false };
    given(Delivery, [asked, sent])
      .when((state) => requestResend(state, command))
      .then(again);
    given(Delivery, [asked])
      .when((state) => requestResend(state, command))
      .thenRejected('DeliveryUnderWay');
    given(Delivery, [asked])
      .when((state) => requestResend(state, { ...request, isCorrected: true }))
      .then({ type: 'DeliveryFailed', data: { send: 1, attempt: 0, code: 'overtaken' } }, again);
  });

  it('is made a bounded number of times', () => {
    const many = Array.from(
      { length: MAX_SENDS },
      (_, index): DeliveryEvent => ({
        type: 'DeliveryRequested',
        data: { ...request, send: index + 1, cause: 'resend' },
      }),
    );
    given(Delivery, many)
      .when((state) => requestResend(state, { ...request, isCorrected: true }))
      .thenRejected('TooManySends', { limit: MAX_SENDS });
  });
});

describe('an attempt', () => {
  it('that succeeded is written down once', () => {
    given(Delivery, [asked])
      .when((state) => recordAttempt(state, attempted(1, taken)))
      .then(sent);
    given(Delivery, [asked, sent])
      .when((state) => recordAttempt(state, attempted(1, taken)))
      .thenNothing();
  });

  it('that failed is followed by another one, later each time and jittered, until it is given up', () => {
    given(Delivery, [asked])
      .when((state) => recordAttempt(state, attempted(1, busy())))
      .then(failedOnce);
    const { waits, last } = untilGivenUp(busy());
    expect(waits).toEqual(RETRY_WAITS_MS.map((wait) => Math.round(wait * (1 + RETRY_JITTER))));
    const attempt = RETRY_WAITS_MS.length + 1;
    expect(last).toEqual({ type: 'DeliveryFailed', data: { send: 1, attempt, code: 'timeout' } });
  });

  it.each([null, 1_800_000, DAY_MS])(
    'is no later than the provider knows the message, whatever patience it asks for: %p',
    (retryAfterMs) => {
      const total = untilGivenUp(busy(retryAfterMs)).waits.reduce((sum, wait) => sum + wait, 0);
      expect(total + RETRY_WAITS_MS.length * ATTEMPT_TIMEOUT_MS).toBeLessThan(DAY_MS);
    },
  );

  it('waits as long as the provider asks for, within reason', () => {
    const retryAt = (retryAfterMs: number) => {
      const [event] = recordAttempt(foldEvents(Delivery, [asked]), attempted(1, busy(retryAfterMs)));
      return Date.parse((event as typeof failedOnce & { data: { retryAt: string } }).data.retryAt) - NOW;
    };
    expect([1_000, 90_000, DAY_MS].map(retryAt)).toEqual([30_000, 90_000, 1_200_000]);
  });

  it('that was refused for ever is the last', () => {
    given(Delivery, [asked])
      .when((state) => recordAttempt(state, attempted(1, refused)))
      .then({ type: 'DeliveryFailed', data: { send: 1, attempt: 1, code: 'smtp_550' } });
  });

  it('without an answer changes nothing where the report says that the message arrived', () => {
    given(Delivery, [asked, reported('delivered')])
      .when((state) => recordAttempt(state, attempted(1, busy())))
      .thenNothing();
    given(Delivery, [asked, reported('delivered')])
      .when((state) => recordAttempt(state, attempted(1, taken)))
      .then(sent);
    expect(statusOf(foldEvents(Delivery, [asked, reported('delivered'), sent]))).toBe('delivered');
  });
});

describe('a status', () => {
  it('does not take an opened message for a delivered one', () => {
    const opened = foldEvents(Delivery, [asked, sent, reported('opened')]);
    expect(statusOf(opened)).toBe('opened');
    given(Delivery, [asked, sent, reported('opened')])
      .when((state) => recordReport(state, 1, report('delivered')))
      .then(reported('delivered'));
    given(Delivery, [asked, sent, reported('delivered')])
      .when((state) => recordReport(state, 1, report('opened')))
      .thenNothing();
  });

  it('takes a report once, and none about a send that there is not', () => {
    given(Delivery, [asked, sent, reported('delivered')])
      .when((state) => recordReport(state, 1, { ...report('bounced'), reportId: 'r-delivered' }))
      .thenNothing();
    given(Delivery, [asked, sent])
      .when((state) => recordReport(state, 2, report('delivered')))
      .thenNothing();
  });

  it('is that of the newest send; a late report on an older one stays with it', () => {
    const state = foldEvents(Delivery, [asked, sent, again, reported('bounced')]);
    expect(state.sends.map(({ status }) => status)).toEqual(['bounced', 'pending']);
  });

  it('ends for want of a right to send only while nothing was sent', () => {
    given(Delivery, [asked])
      .when((state) => endPending(state, 1, 'erased'))
      .then({ type: 'DeliveryErased', data: { send: 1 } });
    given(Delivery, [asked, sent])
      .when((state) => endPending(state, 1, 'suppressed'))
      .thenNothing();
  });

  it('only moves forward, in whatever order what happens is told', () => {
    const step = fc.oneof(
      fc
        .constantFrom<Report>('sent', 'opened', 'failed', 'delivered', 'bounced', 'complained')
        .map((kind) => (state: DeliveryState) => recordReport(state, 1, report(kind))),
      fc.tuple(fc.integer({ min: 1, max: 10 }), fc.constantFrom(taken, refused, busy())).map(
        ([attempt, outcome]) =>
          (state: DeliveryState) =>
            recordAttempt(state, attempted(attempt, outcome)),
      ),
      fc
        .constantFrom('suppressed' as const, 'erased' as const)
        .map((reason) => (state: DeliveryState) => endPending(state, 1, reason)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12, size: 'max' }), (steps) => {
        let state = foldEvents(Delivery, [asked]);
        for (const decide of steps) {
          for (const event of decide(state)) {
            const before = statusOf(state)!;
            state = Delivery.evolve(state, event, { revision: 1 });
            const after = statusOf(state)!;
            expect(after === before || movesForward(before, after)).toBe(true);
          }
          // Whatever it was, the same once more changes nothing.
          expect(decide(state)).toEqual([]);
        }
      }),
    );
  });
});
