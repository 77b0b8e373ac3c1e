import { join } from 'node:path';
import { MESSAGES } from '../../../src/apis/terminal-v1/answers.js';
import { TERMINAL_PATHS } from '../../../src/apis/terminal-v1/surface.js';
import { type StubbedTerminal, startStubbedTerminal } from './stubbed-terminal.js';
import { queryString, readTranscripts, type TranscriptCase } from './transcript.js';

const transcripts = readTranscripts(join(__dirname, 'golden'));
let terminal: StubbedTerminal;

beforeAll(async () => {
  terminal = await startStubbedTerminal();
});

afterAll(() => terminal.close());

async function check(one: TranscriptCase, path: string): Promise<void> {
  const { method = 'GET', query, body } = one.request;
  terminal.sent.length = 0;
  terminal.outcome = one.given ?? { error: 'nothing was to be sent' };
  const answer = await terminal.adapter.inject({
    method,
    url: `${path}?${queryString(query)}`,
    ...(body === undefined ? {} : { payload: body, headers: { 'content-type': 'application/json' } }),
  });
  expect(answer.body).toBe(method === 'HEAD' ? '' : JSON.stringify(one.body));
  expect(answer.statusCode).toBe(one.status);
  expect(answer.headers).toMatchObject({
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    ...one.headers,
  });
  expect(answer.headers).not.toHaveProperty('etag');
  expect(terminal.sent).toHaveLength(one.given ? 1 : 0);
  if (!one.sends) return;
  const [sent] = terminal.sent;
  expect(sent?.message).toBe(one.sends.message);
  if (one.sends.input) expect(sent?.content.input).toEqual(one.sends.input);
  if (one.sends.request) expect(sent?.content.request).toEqual(one.sends.request);
}

describe.each(transcripts)('$title', ({ cases }) => {
  it.each(cases)('$title', async (one) => {
    for (const path of one.request.path ? [one.request.path] : TERMINAL_PATHS) await check(one, path);
  });
});

it('covers every code', () => {
  const seen = new Set(
    transcripts.flatMap(({ cases }) => cases.map(({ body }) => (body as { code: string }).code)),
  );
  expect(Object.keys(MESSAGES).filter((code) => !seen.has(code))).toEqual([]);
});
