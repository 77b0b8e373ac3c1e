import fc from 'fast-check';
import { MESSAGES } from '../../../src/apis/terminal-v1/answers.js';
import { PASSWORD, type StubbedTerminal, startStubbedTerminal } from './stubbed-terminal.js';

const RUNS = 800;
/** Fixed, so that a run that passes here passes everywhere. */
const SEED = 20_240_817;

let terminal: StubbedTerminal;

beforeAll(async () => {
  terminal = await startStubbedTerminal();
  terminal.outcome = () => Promise.resolve([]);
});

afterAll(() => terminal.close());

const text = fc.string({ unit: 'binary', maxLength: 300, size: 'max' });
const reference = fc.oneof(
  fc.constantFrom('101', '', ' ', '0', '-1', '1e3', '\0', '\ud800'),
  text,
  fc.integer(),
  fc.double(),
);
const anything = fc.oneof(reference, fc.jsonValue({ maxDepth: 4 }));
const member = fc.constantFrom(
  ...[
    'login',
    'password',
    'lang',
    'currency',
    'product',
    'package',
    'key',
    'order',
    'email',
    '__proto__',
    'toString',
  ],
);
/** Half of the time with everything that some action needs. */
const complete = { product: '1', package: '101', key: '1', order: 'A-1', currency: 'AZN' };
const json = fc
  .tuple(fc.dictionary(member, anything, { maxKeys: 3 }), fc.boolean())
  .map(([value, fill]) => JSON.stringify(fill ? { ...complete, ...value } : value));
const settings = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .dictionary(member, anything)
      .map((value) => JSON.stringify({ currency: 'AZN', ...value, login: 'paynet', password: PASSWORD })),
  },
  { weight: 1, arbitrary: json },
  { weight: 1, arbitrary: text },
);
const action = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('1', '2', '3', '4', '5', '6') },
  { weight: 1, arbitrary: text },
);

/** Percent-encodes; halves of surrogate pairs, which have no encoding, as a client that sends them anyway. */
const encode = (value: string): string =>
  encodeURIComponent(value.replace(/\p{Surrogate}/gu, '')).replaceAll('%20', '+');

const parameter = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
  fc
    .array(value, { minLength: 0, maxLength: 2, size: 'xsmall' })
    .map((values) => values.map((one) => `${name}=${encode(one)}`));

/** Whole requests: parameters left out, once and twice, with and without sense. */
const query = fc
  .tuple(
    action.map((value) => [`action=${encode(value)}`]),
    fc.oneof(
      { weight: 6, arbitrary: settings.map((value) => [`settings=${encode(value)}`]) },
      parameter('settings', settings),
    ),
    fc.oneof(
      { weight: 4, arbitrary: json.map((value) => [`data=${encode(value)}`]) },
      parameter('data', fc.oneof(json, text)),
    ),
    parameter('lang', text),
    parameter(
      'currency',
      fc.oneof({ weight: 4, arbitrary: fc.constantFrom('AZN', 'USD') }, { weight: 1, arbitrary: text }),
    ),
  )
  .map((parts) => parts.flat().join('&'));

/** Query strings that no encoder made. */
const noise = fc.stringMatching(/^[!-"$-~]{0,200}$/, { size: 'max' });

async function checkAnswer(url: string): Promise<void> {
  const answer = await terminal.adapter.inject({ url });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  const { code, message, ...rest } = answer.json();
  expect(MESSAGES).toHaveProperty([code], message);
  if (code !== '0' && code !== '6-6') expect(rest).toEqual({});
  expect(answer.body).not.toMatch(/\bat .*:\d+|node_modules|Error:/);
}

it('answers any query with status 200, a known code and its text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 4, arbitrary: query }, noise), (text) =>
      checkAnswer(`/api/v1/partners/service?${text}`),
    ),
    { numRuns: RUNS, seed: SEED },
  );
});

it('answers any path below its own with status 200', async () => {
  await fc.assert(
    fc.asyncProperty(noise, (path) => checkAnswer(`/public/json/${path.replaceAll('/', '-')}`)),
    { numRuns: RUNS / 5, seed: SEED },
  );
});

it('never logs a failure for what a client sends', () => {
  const failures = terminal.lines.filter((line) => line.includes('"level":"error"'));
  expect(failures).toEqual([]);
});

it('reaches every action with what it makes up', () => {
  expect(new Set(terminal.sent.map(({ message }) => message)).size).toBe(6);
});
