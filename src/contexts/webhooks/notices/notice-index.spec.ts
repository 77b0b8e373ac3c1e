import fc from 'fast-check';
import {
  access,
  activated,
  alerts,
  attempted,
  captured,
  created,
  credited,
  ENDPOINT,
  type Fact,
  held,
  OTHER,
  order,
  PARTNER,
  registered,
  released,
  webhook,
  world,
} from '../../../../test/support/notice-world.js';
import { noticeId } from './notice.js';
import type { NoticeIndex } from './notice-index.js';
import { NoticeStorage } from './notice-storage.js';
import type { NoticeRange } from './notice-times.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('who is told', () => {
  it('of an order is the partner who placed it', () => {
    const { fold, told } = world();
    fold(order('a', 'OrderConfirmed'), order('b', 'OrderConfirmed', OTHER), order('a', 'OrderRefunded'));
    expect([told(), told(OTHER)]).toEqual([['order.confirmed', 'order.refunded'], ['order.confirmed']]);
  });

  it('of a package that has keys again is everybody who may buy it', () => {
    const { fold, told } = world();
    fold(registered(PARTNER), registered(OTHER), created, activated('admin'), activated('stock'));
    expect([told(), told(OTHER)]).toEqual([['package.back_in_stock'], ['package.back_in_stock']]);
    fold(access(OTHER, ['another']), access(PARTNER, null, ['pkg']), activated('stock'));
    expect([told().length, told(OTHER).length]).toEqual([2, 1]);
    fold(['partner', PARTNER, 'PartnerStatusChanged', { status: 'blocked' }], activated('stock'));
    expect(told()).toHaveLength(2);
  });

  it('of an e-mail is told each new status once, and never the address', () => {
    const { fold, index } = world();
    const delivery = (type: string, data: object): Fact => ['delivery', 'a', type, { send: 1, ...data }];
    const recipient = { address: 'v1.a.b.c', hash: 'h' };
    fold(
      delivery('DeliveryRequested', { partner: PARTNER, orderNumber: 5, recipient }),
      delivery('DeliverySent', {}),
      delivery('DeliveryReported', { report: 'opened' }),
      delivery('DeliveryReported', { report: 'delivered' }),
      delivery('DeliveryReported', { report: 'delivered' }),
    );
    expect(index.read(PARTNER, 0, 9).map(({ facts }) => facts)).toEqual([
      { orderNumber: 5, send: 1, status: 'sent' },
      { orderNumber: 5, send: 1, status: 'delivered' },
    ]);
    expect(index.read(PARTNER, 0, 1)[0]!.object).toBe('order-a');
  });

  it('of an e-mail is told forward alone, of each send by itself', () => {
    const { fold, index } = world();
    const delivery = (type: string, send: number, data: object = {}): Fact => [
      ...(['delivery', 'a', type, { send, ...data }] as const),
    ];
    const requested = (send: number) =>
      delivery('DeliveryRequested', send, { partner: PARTNER, orderNumber: 5 });
    const reported = (send: number, report: string) => delivery('DeliveryReported', send, { report });
    // The report of the first comes before its send has answered, that of the second after a third was asked for.
    fold(requested(1), reported(1, 'delivered'), delivery('DeliverySent', 1));
    fold(requested(2), delivery('DeliverySent', 2), requested(3), delivery('DeliverySent', 3));
    fold(reported(2, 'bounced'), reported(3, 'delivered'), requested(4), delivery('DeliveryErased', 4));
    expect(index.read(PARTNER, 0, 9).map(({ facts }) => [facts!.send, facts!.status])).toEqual([
      ...[
        [1, 'delivered'],
        [2, 'sent'],
        [3, 'sent'],
        [2, 'bounced'],
        [3, 'delivered'],
        [4, 'erased'],
      ],
    ]);
  });
});

describe('a low balance', () => {
  it('is told when it falls below, and again after it was above', () => {
    const { fold, told } = world();
    fold(registered(PARTNER), credited(100), alerts({ AZN: '50' }));
    fold(held(40), captured(40, 0), held(10));
    expect(told()).toEqual([]);
    fold(held(1), captured(1, 0), credited(5));
    expect(told()).toEqual(['balance.low']);
    fold(released(10), held(20), held(1));
    expect(told()).toHaveLength(2);
  });

  it('is told at once when a threshold is set above it, and not while there is none', () => {
    const { fold, told } = world();
    fold(registered(PARTNER), credited(10), held(5), alerts({ AZN: '50' }), alerts({ AZN: '60' }));
    expect(told()).toEqual(['balance.low']);
    fold(alerts({}), alerts({ AZN: '50' }));
    expect(told()).toHaveLength(2);
  });

  it('of two currencies that one event tells of is two notices, neither of which is lost or taken for the other', () => {
    const { fold, index } = world();
    fold(registered(PARTNER), ENDPOINT, credited(10));
    fold(['wallet', `${PARTNER}.main.USD`, 'FundsCredited', { amount: '10' }]);
    fold(alerts({ AZN: '50', USD: '50' }), order('a', 'OrderConfirmed'));
    const notices = index.read(PARTNER, 0, 9);
    expect(notices.map(({ facts, type }) => facts?.currency ?? type)).toEqual([
      'AZN',
      'USD',
      'order.confirmed',
    ]);
    expect(new Set(notices.map((notice) => noticeId(PARTNER, notice))).size).toBe(3);
    // Page by page, as the feed is read.
    expect(notices.map(({ position }) => index.firstAfter(PARTNER, position))).toEqual([1, 2, 3]);
    for (const { position } of notices) fold(attempted(position, 'delivered'));
    expect(index.lanes.get(1)!.waiting).toBe(0);
  });
});

describe('the index', () => {
  const stateOf = (index: NoticeIndex) => {
    const lane = index.lanes.get(1)!;
    const open = [...lane.open.values()].sort((a, b) => a.sequence - b.sequence);
    return [index.read(PARTNER, 0, 1_000), lane.stored(), open];
  };

  it('is the same however its events come in batches and restarts, and after a rebuild', () => {
    const facts = fc.array(
      fc.oneof(
        fc.nat(3).map((n) => order(`o${n}`, 'OrderConfirmed')),
        fc.integer({ min: 1, max: 90 }).map(credited),
        fc.integer({ min: 1, max: 90 }).map(held),
        fc.constantFrom(alerts({ AZN: '50' }), alerts({}), activated('stock'), access(PARTNER, [])),
        fc.nat(20).map((n) => attempted(String(n).padStart(16, '0'), n % 3 === 0 ? 'failed' : 'delivered')),
        fc
          .nat(20)
          .map((n) => attempted(n.toString(16).padStart(16, '0'), 'failed', '2027-01-01T00:00:00.000Z')),
        fc.constantFrom(webhook('WebhookDisabled', { because: 'asked' }), webhook('WebhookEnabled')),
      ),
      { maxLength: 60, size: 'max' },
    );
    fc.assert(
      fc.property(facts, (middle) => {
        const all = [registered(PARTNER), created, ENDPOINT, ...middle];
        const [whole, single] = [world(), world()];
        whole.fold(...all);
        for (const fact of all) single.fold(fact);
        expect(stateOf(single.index)).toEqual(stateOf(whole.index));
        expect(stateOf(single.reopened())).toEqual(stateOf(whole.index));
      }),
      { numRuns: 200 },
    );
  });

  it('is the same where the power failed while it was written', () => {
    const delivery = (type: string, data: object = {}): Fact => [
      ...(['delivery', 'a', type, { send: 1, ...data }] as const),
    ];
    const facts = fc.array(
      fc.constantFrom(
        order('a', 'OrderConfirmed'),
        delivery('DeliverySent'),
        delivery('DeliveryReported', { report: 'delivered' }),
        delivery('DeliveryReported', { report: 'bounced' }),
        held(30),
        credited(30),
      ),
      { maxLength: 12, size: 'max' },
    );
    const mayBeAhead = ([key]: [string, unknown]) => new NoticeStorage().aheadSlice(key) !== null;
    fc.assert(
      fc.property(facts, facts, (first, rest) => {
        const requested = delivery('DeliveryRequested', { partner: PARTNER, orderNumber: 5 });
        const whole = world();
        whole.fold(registered(PARTNER), ENDPOINT, alerts({ AZN: '50' }), requested, ...first);
        const checkpoint = whole.keptNow();
        whole.fold(...rest);
        const ahead = [...whole.keptNow().storage].filter(mayBeAhead);
        const again = world({ ...checkpoint, storage: [...checkpoint.storage, ...ahead] });
        again.fold(...rest);
        expect(stateOf(again.index)).toEqual(stateOf(whole.index));
      }),
      { numRuns: 300 },
    );
  });

  it('finds notices by position and time, and tells new endpoints nothing old', () => {
    const { fold, index } = world();
    fold(order('a', 'OrderConfirmed'), credited(1), order('b', 'OrderConfirmed'), ENDPOINT);
    expect(index.find(PARTNER, '0000000000000003')?.sequence).toBe(1);
    expect(index.find(PARTNER, '0000000000000002')).toBeNull();
    expect(index.firstAfter(PARTNER, '0000000000000001')).toBe(1);
    expect(index.lanes.get(1)!.waiting).toBe(0);
    fold(order('c', 'OrderConfirmed'));
    expect(index.lanes.get(1)!.waiting).toBe(1);
    fold(webhook('WebhookDeleted'));
    expect(index.lanes.size).toBe(0);
  });

  it('sends a range again from its place on, also where its first notice is told no more', () => {
    const { fold, index } = world();
    fold(ENDPOINT, order('a', 'OrderConfirmed'), order('b', 'OrderConfirmed'), order('c', 'OrderConfirmed'));
    const [a, b, c] = index.read(PARTNER, 0, 3).map(({ position }) => position) as [string, string, string];
    for (const position of [a, b, c]) fold(attempted(position, 'delivered'));
    fold(webhook('WebhookRedeliveryRequested', { first: `${a}.01`, last: b }));
    const work = index.lanes.get(1)!.workAt(Number.MAX_SAFE_INTEGER, () => false);
    expect(work?.notice.position).toBe(b);
    fold(attempted(b, 'delivered'));
    expect(index.lanes.get(1)!.isReplaying).toBe(false);
  });

  it('finds what was told from a time on also where a clock that was ahead dated some of it', () => {
    const AHEAD = 43_200;
    const before = world();
    for (const minute of [100, AHEAD, AHEAD + 1])
      before.foldAt(minute * MINUTE, order('a', 'OrderConfirmed'));
    const { index, foldAt, reopened } = world(before.keptNow());
    for (const minute of [200, 300]) foldAt(minute * MINUTE, order('a', 'OrderConfirmed'));
    for (const one of [index, reopened()]) {
      const range = (from: number, to: number, limit = 100) => {
        const asked = one.inRange(PARTNER, { fromMs: from * MINUTE, toMs: to * MINUTE }, limit);
        return [asked.first, asked.end, asked.resumeFromMs && asked.resumeFromMs / MINUTE];
      };
      const found = [100, 150, 200, 250, 301, AHEAD + 2].map((minute) => range(minute, 2 * AHEAD)[0]);
      expect(found).toEqual([0, 1, 1, 4, 5, 5]);
      expect([range(100, 250), range(250, 100)]).toEqual([
        [0, 4, null],
        [4, 4, null],
      ]);
      expect([range(100, 400, 1), range(100, 400, 4)]).toEqual([
        [0, 1, 200],
        [0, 4, 300],
      ]);
    }
  });

  it.each([1, 2, 3, 4, 7])(
    'leads through a range by %i, also where more are dated ahead, and passes over none',
    (limit) => {
      const { index, foldAt } = world();
      const times = [1, 2, 900, 901, 902, 903, 3, 950, 951, 952, 800, 4, 5, 6, 990];
      for (const hour of times) foldAt(hour * HOUR, order('a', 'OrderConfirmed'));
      const sent = new Set<number>();
      let fromMs: number | null = 0;
      for (let request = 0; fromMs !== null; request += 1) {
        expect(request).toBeLessThan(times.length);
        const asked: NoticeRange = index.inRange(PARTNER, { fromMs, toMs: 1_000 * HOUR }, limit);
        for (let sequence = asked.first; sequence < asked.end; sequence += 1) sent.add(sequence);
        expect(sent.size).toBe(asked.end);
        fromMs = asked.resumeFromMs;
      }
      expect(sent.size).toBe(times.length);
    },
  );

  it('brings a deleted partner nothing more', () => {
    const { fold, index, reopened } = world();
    fold(registered(PARTNER), ENDPOINT, order('a', 'OrderConfirmed'));
    fold(['partner', PARTNER, 'PartnerStatusChanged', { status: 'deleted' }], order('b', 'OrderConfirmed'));
    expect([index.lanes.size, reopened().lanes.size]).toEqual([0, 0]);
  });

  it('gives a notice the same id for ever, and another one to each partner', () => {
    const { fold, index } = world();
    fold(order('a', 'OrderConfirmed'));
    const [notice] = index.read(PARTNER, 0, 1);
    expect(noticeId(PARTNER, notice!)).toBe('evt_MzAQ8UIXxVC3RvzstQzVny4A');
    expect(noticeId(OTHER, notice!)).not.toBe(noticeId(PARTNER, notice!));
  });
});
