import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGGREGATES } from '../../../src/composition/aggregates.js';
import { RegisterPartner } from '../../../src/contexts/partners/index.js';
import { SetRates } from '../../../src/contexts/pricing/index.js';
import { TopUpBalance } from '../../../src/contexts/wallets/index.js';
import { formatPosition, type RecordedEvent } from '../../../src/platform/event-store/event-store.js';
import { SystemIds } from '../../../src/platform/kernel/ids.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { type Answer, Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const PARTNER_PASSWORD = 'c4n4ry-partner';
const RATES = 'kf.rates-azn';
const CORRELATION = '01900000-0000-7000-8000-0000000000cc';

let app: TestApp;
let admin: Client;
let log: readonly RecordedEvent[];
let partnerId: string;
/** Before each change of the rates, and at the end. */
const times: string[] = [];

const query = (fields: Record<string, string | number>): string =>
  new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
const events = (fields: Record<string, string | number> = {}): Promise<Answer> =>
  admin.get(`/audit/events?${query(fields)}`);
const stream = (name: string, fields: Record<string, string | number> = {}): Promise<Answer> =>
  admin.get(`/audit/streams/${encodeURIComponent(name)}?${query(fields)}`);
const now = (): string => new Date(app.clock.now()).toISOString();

/** Every event of a filter, page by page. */
async function all(fields: Record<string, string | number>): Promise<Answer['body'][]> {
  const found: Answer['body'][] = [];
  let cursor: string | null = null;
  do {
    const { status, body } = await events(cursor === null ? fields : { ...fields, cursor });
    if (status !== 200) throw new Error(JSON.stringify(body));
    found.push(...body.data.events);
    cursor = body.data.next_cursor;
  } while (cursor !== null);
  return found;
}

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  admin = await new Client(app).login('admin', PASSWORD);
  for (const rate of ['1.7', '1.8', '1.9']) {
    times.push(now());
    app.clock.advance(1_000);
    const context = { ...app.context(), correlationId: rate === '1.8' ? CORRELATION : 'other' };
    await app.run(new SetRates(context, { rates: { USD: rate }, source: 'manual' }));
    app.clock.advance(1_000);
  }
  times.push(now());
  const partner = { name: 'P', login: 'p', password: PARTNER_PASSWORD, supportEmail: 'help.desk@shop.az' };
  ({ partnerId } = await app.run(new RegisterPartner(app.context(), partner)));
  await app.run(
    new TopUpBalance(app.context(), {
      ownerId: partnerId,
      purpose: 'main',
      currency: 'AZN',
      amountMinor: 500n,
      reference: 'R',
      comment: null,
    }),
  );
  log = await app.engines.events.readAll(0n);
});
afterAll(() => app.close());

describe('events', () => {
  it('are all there, in the order of the log, whatever the size of the pages', async () => {
    const whole = await all({ limit: 100 });
    expect(whole.map(({ id }) => id)).toEqual(log.map(({ id }) => id));
    expect(await all({ limit: 2 })).toEqual(whole);
    expect(whole.map(({ position }) => position)).toEqual(whole.map(({ position }) => position).sort());
  });

  it.each<[string, () => Record<string, string>, (event: RecordedEvent) => boolean]>([
    ['a stream', () => ({ stream: RATES }), (event) => event.stream === RATES],
    ['a type', () => ({ type: 'RatesSet' }), (event) => event.type === 'RatesSet'],
    ['an actor', () => ({ actor: 'test' }), (event) => event.metadata.includes('"id":"test"')],
    ['a correlation', () => ({ correlation: CORRELATION }), (event) => event.metadata.includes(CORRELATION)],
    ['a stream and a type', () => ({ stream: RATES, type: 'NothingLikeIt' }), () => false],
  ])('are found by %s', async (_, fields, matches) => {
    const expected = log.filter(matches).map(({ id }) => id);
    expect((await all({ ...fields(), limit: 2 })).map(({ id }) => id)).toEqual(expected);
  });

  it('are found by time: from its first to its last millisecond', async () => {
    const at = (index: number) => new Date(Date.parse(times[index]!) + 1_000).toISOString();
    const found = async (fields: Record<string, string>) =>
      (await all({ stream: RATES, ...fields })).map(({ at: time }) => time);
    expect(await found({ from: at(1) })).toEqual([at(1), at(2)]);
    expect(await found({ to: at(1) })).toEqual([at(0), at(1)]);
    expect(await found({ from: at(1), to: at(1) })).toEqual([at(1)]);
    expect(await found({ from: times[3]! })).toEqual([]);
  });

  it('are found by position', async () => {
    const whole = await all({});
    const [first, , third] = whole;
    const found = await all({ after: first.position, up_to: third.position });
    expect(found).toEqual(whole.slice(1, 3));
  });

  it('answer a cursor also when nothing on the page matched', async () => {
    const ids = new SystemIds();
    const fill = () => ({ ...log.at(-1)!, id: ids.uuid(), type: 'Filler', data: Buffer.from('{}') });
    for (let count = 0; count < 21; count += 1) {
      const fillers = Array.from({ length: 1_000 }, fill);
      await app.engines.events.append([
        { stream: `kf.filler-${count}`, expectedRevision: -1, events: fillers },
      ]);
    }
    const page = await events({ type: 'NothingLikeIt' });
    expect(page.body.data).toEqual({ events: [], next_cursor: expect.any(String) });
    expect(await all({ type: 'NothingLikeIt' })).toEqual([]);
  });

  it('take no cursor of another filter, and none that was changed', async () => {
    const { body } = await events({ limit: 1, type: 'RatesSet' });
    const cursor: string = body.data.next_cursor;
    expect((await events({ limit: 1, cursor })).status).toBe(400);
    const other = `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`;
    expect((await events({ limit: 1, type: 'RatesSet', cursor: other })).status).toBe(400);
  });

  it.each([
    ['from', 'yesterday'],
    ['to', '2026-01-01'],
    ['to', '2026-99-99T00:00:00Z'],
    ['after', '1'],
    ['up_to', 'x'],
    ['cursor', 'x'],
    ['limit', '101'],
    ['limit', '0'],
    ['nothing', '1'],
  ])('refuse the %s %j by its name', async (name, value) => {
    const { status, body } = await events({ [name]: value });
    expect([status, body.error]).toEqual([400, expect.stringContaining(name)]);
  });
});

describe('a stream', () => {
  it('is shown as it stands, with its newest events', async () => {
    const { status, body } = await stream(RATES, { limit: 2 });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ stream: RATES, head_revision: 2, revision: 2 });
    expect(JSON.stringify(body.data.state)).toContain('1.9');
    expect(body.data.events.map(({ revision }: { revision: number }) => revision)).toEqual([2, 1]);
  });

  it('is shown as it stood at a revision, and at a time', async () => {
    const rateIn = ({ body }: Answer): unknown => /1\.[789]/.exec(JSON.stringify(body.data.state))?.[0];
    const byRevision = await Promise.all([0, 1, 2].map((revision) => stream(RATES, { revision })));
    expect(byRevision.map(rateIn)).toEqual(['1.7', '1.8', '1.9']);
    const byTime = await Promise.all(times.slice(1).map((at) => stream(RATES, { at })));
    expect(byTime.map(rateIn)).toEqual(['1.7', '1.8', '1.9']);
    expect((await stream(RATES, { at: times[0]! })).status).toBe(404);
  });

  it('that is not there, not ours or shorter is 404', async () => {
    expect((await stream('kf.rates-other')).status).toBe(404);
    expect((await stream('other.rates-current')).status).toBe(404);
    expect((await stream(RATES, { revision: 3 })).status).toBe(404);
    expect((await stream(RATES, { revision: 1, at: times[1]! })).status).toBe(400);
  });

  it('has a state, whatever it is of', async () => {
    const states = new Map<string, unknown>();
    for (const name of new Set(log.map((event) => event.stream))) {
      const { status, body } = await stream(name);
      expect([name, status]).toEqual([name, 200]);
      states.set(name.split(/[.-]/)[1]!, body.data.state);
    }
    expect([...states.values()]).not.toContain(null);
    expect(states.get('wallet')).toMatchObject({ postedMinor: '500' });
  });
});

it('every aggregate of the product can be looked at', () => {
  const src = join(__dirname, '../../../src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => readFileSync(join(src, file), 'utf8'));
  const declared = files.flatMap((text) =>
    [...text.matchAll(/: Aggregate<.*> = \{\s+category: '(\w+)'/g)].map(([, category]) => category),
  );
  expect(AGGREGATES.map(({ category }) => category).sort()).toEqual(declared.sort());
});

it('no secret is shown', async () => {
  const shown = JSON.stringify([
    await all({ up_to: formatPosition(log.at(-1)!.position), limit: 100 }),
    ...(await Promise.all([...new Set(log.map((event) => event.stream))].map((name) => stream(name)))),
  ]);
  const stored = log.map(({ data }) => data.toString()).join('\n');
  expect(stored).toMatch(/"v1\.[^"]+"/);
  expect(shown).not.toMatch(/"v1\.[0-9a-f]{8}-|\$2[aby]\$|help\.desk@/);
  expect(shown).toContain('h***@shop.az');
  expect(shown).not.toContain(PARTNER_PASSWORD);
});

it('is for admins and auditors', async () => {
  const partner = await new Client(app).login('p', PARTNER_PASSWORD);
  expect((await partner.get('/audit/events')).status).toBe(403);
  expect((await partner.get(`/audit/streams/${RATES}`)).status).toBe(403);
});
