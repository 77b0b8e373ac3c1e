import { EventStoreError } from '../../../src/platform/event-store/event-store.js';
import { PASSWORD, type StubbedTerminal, startStubbedTerminal } from './stubbed-terminal.js';
import { queryString } from './transcript.js';

const EMAIL = 'c4n4ry.customer@example.com';
const KEY_TEXT = 'C4N4-RYKE-YTXT';
/** Parts by which a secret is known again, however it is written. */
const TRACES = ['c4n4ry', 'C4N4', encodeURIComponent(EMAIL)];

const isTelling = (text: string): boolean => TRACES.some((trace) => text.includes(trace));

let terminal: StubbedTerminal;
let written: string[];

beforeEach(async () => {
  terminal = await startStubbedTerminal();
  written = [];
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
  }
});

afterEach(async () => {
  jest.restoreAllMocks();
  await terminal.close();
});

const ANSWERS: Readonly<Record<string, unknown>> = {
  '1': [],
  '2': [],
  '3': { keyNumber: '1', keyText: KEY_TEXT, serial: null, price: '1.00', currency: 'AZN' },
  '4': { key: { text: KEY_TEXT, serial: null } },
  '5': {},
  '6': { keyNumber: '1', keyText: KEY_TEXT, serial: null, emailAccepted: true },
};

const settings = { login: 'paynet', password: PASSWORD };
const data = { product: '1', package: '1', key: '1', order: 'A-1', email: EMAIL };

/** A library's error that quotes all it was given. */
const quotingError = (): Error => {
  const given = `${PASSWORD} ${EMAIL} ${JSON.stringify(settings)} ${JSON.stringify(data)}`;
  const cause = new Error(`cause: ${given}`);
  return new Error(`failed with ${given} at /x?${queryString({ settings, data })}`, { cause });
};

const OUTCOMES: Readonly<Record<string, (action: string) => Promise<unknown>>> = {
  succeeds: (action) => Promise.resolve(ANSWERS[action]),
  'meets a bug': () => Promise.reject(quotingError()),
  'meets a full disk': () =>
    Promise.reject(new EventStoreError('StorageFull', `no space for ${EMAIL}`, 'nothing')),
  'meets an outage': () => Promise.reject(new EventStoreError('Unavailable', PASSWORD, 'unknown')),
  'meets something that is no error': () => Promise.reject(`${PASSWORD} ${EMAIL}`),
};

const REQUESTS: Readonly<Record<string, Record<string, string | object>>> = {
  'a good request': { settings, data },
  'a wrong password': { settings: { login: 'paynet', password: 'c4n4ry-wrong' }, data },
  'an unknown login': { settings: { login: 'nobody', password: PASSWORD }, data },
  'a failing authenticator': { settings: { login: 'outage', password: PASSWORD }, data },
  'a throttled login': { settings: { login: 'throttled', password: PASSWORD }, data },
  'unparsable settings': { settings: `{"password":"${PASSWORD}"`, data },
  'unparsable data': { settings, data: `{"email":"${EMAIL}"` },
  'a currency that is a secret': { settings, data: { ...data, currency: PASSWORD } },
};

it.each(Object.keys(OUTCOMES))('shows no secret in a log or an error when the work %s', async (outcome) => {
  terminal.outcome = () => OUTCOMES[outcome]!(terminal.sent.length ? action : '1');
  let action = '1';
  for (action of ['1', '2', '3', '4', '5', '6', '7']) {
    for (const query of Object.values(REQUESTS)) {
      const answer = await terminal.adapter.inject({
        url: `/api/v1/partners/service?${queryString({ action, ...query })}`,
        headers: { authorization: `Bearer ${PASSWORD}`, cookie: PASSWORD },
      });
      const shown = answer.body.replaceAll(KEY_TEXT, '') + JSON.stringify(answer.headers);
      expect(isTelling(shown)).toBe(false);
    }
  }
  expect(terminal.lines.length).toBeGreaterThan(0);
  expect([...terminal.lines, ...written].filter(isTelling)).toEqual([]);
});

it.each([
  ['/public/json/other.php', 'GET'],
  ['/public/json/%zz', 'GET'],
  ['/api/v1/partners/service', 'POST'],
  ['/api/v1/partners/service', 'HEAD'],
  ['/nowhere', 'GET'],
] as const)('shows no secret when %s is asked by %s', async (path, method) => {
  const answer = await terminal.adapter.inject({
    method,
    url: `${path}?${queryString({ action: '6', settings, data })}`,
    ...(method === 'POST'
      ? { payload: `{"password":"${PASSWORD}`, headers: { 'content-type': 'application/json' } }
      : {}),
  });
  const shown = [answer.body, JSON.stringify(answer.headers)];
  expect([...shown, ...terminal.lines, ...written].filter(isTelling)).toEqual([]);
});

it('logs what went wrong all the same', async () => {
  terminal.outcome = () => Promise.reject(quotingError());
  await terminal.adapter.inject({
    url: `/api/v1/partners/service?${queryString({ action: '6', settings, data })}`,
  });
  const logged = JSON.parse(terminal.lines.find((line) => line.includes('"error"')) ?? '{}');
  expect(logged.msg).toMatch(/^action 6 failed, request \S+, command [0-9a-f-]{36}$/);
  expect(logged.stack).toContain('secrets.spec');
  expect(logged.stack).toContain('caused by Error: cause: ');
});

it.each([
  ['of each request that fails', { error: 'a bug' }, 3],
  ['once in a while of keys that cannot be read', { keysUnreadable: true }, 1],
  ['once in a while of a store that is away', { storeError: 'nothing' }, 1],
] as const)('the log tells %s', async (_what, outcome, count) => {
  const own = await startStubbedTerminal();
  own.outcome = outcome;
  const url = `/api/v1/partners/service?${queryString({ action: '6', settings, data })}`;
  for (let request = 0; request < 3; request += 1) await own.adapter.inject({ url });
  await own.close();
  expect(own.lines.filter((line) => line.includes('action 6 failed'))).toHaveLength(count);
});
