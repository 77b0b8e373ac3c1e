import { Shop } from './shop.js';
import { PASSWORD, startStubbedTerminal } from './stubbed-terminal.js';
import { queryString } from './transcript.js';

const MAXIMUM = 3;
const url = (action: string, data: object): string =>
  `/api/v1/partners/service?${queryString({ action, settings: { login: 'paynet', password: PASSWORD }, data })}`;
const CANCEL = url('5', { key: '1' });
const OVERLOADED = { code: '0-13', message: 'RATE_LIMITED' };

it('refuses what comes over the limit with 0-13 and status 200, and works again once requests are done', async () => {
  const terminal = await startStubbedTerminal(MAXIMUM);
  let finish: (value: unknown) => void = () => {};
  const work = new Promise((resolve) => {
    finish = resolve;
  });
  terminal.outcome = () => work;
  const accepted = Array.from({ length: MAXIMUM }, () => terminal.adapter.inject({ url: CANCEL }));
  while (terminal.sent.length < MAXIMUM) await new Promise(setImmediate);

  const refused = await terminal.adapter.inject({ url: CANCEL });
  expect([refused.statusCode, refused.json(), refused.headers['retry-after']]).toEqual([
    200,
    OVERLOADED,
    '1',
  ]);
  expect(terminal.sent).toHaveLength(MAXIMUM);

  finish({});
  for (const answer of await Promise.all(accepted)) expect(answer.json().code).toBe('0');
  expect((await terminal.adapter.inject({ url: CANCEL })).json().code).toBe('0');
  await terminal.close();
});

it('gives a place back however a request ends', async () => {
  const terminal = await startStubbedTerminal(1);
  const codes: string[] = [];
  for (const [outcome, target] of [
    [{ error: 'boom' }, CANCEL],
    [{ storeError: 'nothing' }, CANCEL],
    [{ refusal: 'ReservationNotFound' }, CANCEL],
    [{}, url('5', {})],
    [{}, CANCEL.replace('paynet', 'blocked')],
    [{}, CANCEL.replace('paynet', 'outage')],
    [{ answer: {} }, CANCEL],
  ] as const) {
    terminal.outcome = outcome;
    codes.push((await terminal.adapter.inject({ url: target })).json().code);
  }
  expect(codes).toEqual(['0-99', '5-4', '5-3', '5-2', '0-11', '5-4', '0']);
  await terminal.close();
});

it('tells a terminal that guessed a password how long it is blocked', async () => {
  const shop = await Shop.open();
  try {
    const guess = () => shop.app.adapter.inject({ url: url('1', {}) });
    for (let i = 0; i < 10; i += 1) expect((await guess()).json().code).toBe('0-10');
    const blocked = await guess();
    expect([blocked.json(), blocked.headers['retry-after']]).toEqual([OVERLOADED, '60']);
  } finally {
    await shop.app.close();
  }
});
