import fastify, { type FastifyInstance } from 'fastify';
import type { Mailer, OutgoingMail } from '../../src/platform/mail/mailer.js';
import { ResendMailer } from '../../src/platform/mail/resend/resend-mailer.js';
import { SmtpMailer } from '../../src/platform/mail/smtp/smtp-mailer.js';
import type { SmtpBehaviour } from '../support/mail/smtp-child.js';
import { SmtpProcess } from '../support/mail/smtp-process.js';

const SHORT_MS = 700;
const mail: OutgoingMail = {
  id: 'order-1.1',
  tags: { order: 'order-1', send: '1' },
  recipientHash: 'h',
  from: 'KeyForge <keys@shop.example>',
  to: 'customer@example.com',
  replyTo: 'help@kiosk.example',
  subject: 'Ваш ключ\r\nBcc: all@example.com',
  html: '<p>KEY</p>',
  text: 'KEY',
};

const closing: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

describe('SMTP', () => {
  async function mailer(behaviours: readonly SmtpBehaviour[], credentials = '') {
    const server = await SmtpProcess.start(behaviours);
    const url = server.url.replace('//', `//${credentials}`);
    const smtp = new SmtpMailer({
      ...{ url, domain: 'shop.example' },
      attemptTimeoutMs: 2 * SHORT_MS,
      silenceTimeoutMs: SHORT_MS,
    });
    closing.push({ close: () => server.stop() }, smtp);
    return { server, smtp };
  }

  it('hands a message over, in which no line of ours starts a header', async () => {
    const { server, smtp } = await mailer(['take']);
    expect(await smtp.send(mail)).toEqual({ kind: 'taken', providerId: null });
    const [{ messageId, to, text }] = server.taken as [(typeof server.taken)[0]];
    expect([messageId, to]).toEqual(['<order-1.1@shop.example>', 'customer@example.com']);
    expect(text).not.toMatch(/^Bcc:/im);
    expect(text).toMatch(/^Reply-To: help@kiosk.example/m);
  });

  it.each<[SmtpBehaviour, RegExp]>([
    ['hang-at-greeting', /^smtp_/],
    ['hang-at-data', /^smtp_/],
    ['drip', /^smtp_/],
    ['reset', /^smtp_/],
    ['busy', /^smtp_451$/],
    ['die-after-data', /^smtp_/],
  ])('tries again, in bounded time, what a server did that was to %s', async (behaviour, code) => {
    const { smtp } = await mailer([behaviour]);
    const startedMs = performance.now();
    expect(await smtp.send(mail)).toEqual({
      kind: 'retry',
      code: expect.stringMatching(code),
      retryAfterMs: null,
    });
    expect(performance.now() - startedMs).toBeLessThan(6 * SHORT_MS);
  });

  it('goes on with the same id when the server is well again', async () => {
    const { server, smtp } = await mailer(['busy', 'hang-at-data', 'take']);
    for (const kind of ['retry', 'retry', 'taken']) expect((await smtp.send(mail)).kind).toBe(kind);
    const ids = new Set(server.taken.map(({ messageId }) => messageId));
    expect([...ids]).toEqual(['<order-1.1@shop.example>']);
  });

  it('gives up a message that is refused for ever, and none for a wrong login', async () => {
    const refusing = await mailer(['unknown-user']);
    expect(await refusing.smtp.send(mail)).toEqual({ kind: 'refused', code: 'smtp_550' });
    const closed = await mailer(['refuse-login'], 'user:wrong@');
    expect(await closed.smtp.send(mail)).toMatchObject({ kind: 'retry', code: 'smtp_535' });
  });

  it('waits for a server that is not there', async () => {
    const { server, smtp } = await mailer(['take']);
    await server.stop();
    expect(await smtp.send(mail)).toMatchObject({ kind: 'retry' });
  });
});

describe('Resend', () => {
  interface Asked {
    readonly key: unknown;
    readonly body: Record<string, unknown>;
  }
  type Answer = 'late' | { status: number; body?: unknown; headers?: Record<string, string> };

  /** A stand-in that answers as told, and knows what it was asked. */
  async function resend(...answers: readonly Answer[]): Promise<{ mailer: Mailer; asked: Asked[] }> {
    const server: FastifyInstance = fastify({ forceCloseConnections: true });
    const asked: Asked[] = [];
    server.post('/emails', async (request, reply) => {
      asked.push({ key: request.headers['idempotency-key'], body: request.body as Asked['body'] });
      const answer = answers[Math.min(asked.length, answers.length) - 1]!;
      if (answer === 'late') return new Promise(() => undefined);
      return reply
        .code(answer.status)
        .headers(answer.headers ?? {})
        .send(answer.body ?? { id: 'm-1' });
    });
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const mailer = new ResendMailer({ apiKey: 're_c4n4ry', url, timeoutMs: SHORT_MS });
    closing.push(server, mailer);
    return { mailer, asked };
  }

  it('is asked once for a message, which names its delivery', async () => {
    const { mailer, asked } = await resend({ status: 200 });
    expect(await mailer.send(mail)).toEqual({ kind: 'taken', providerId: 'm-1' });
    expect(asked).toEqual([
      {
        key: 'order-1.1',
        body: expect.objectContaining({
          to: ['customer@example.com'],
          reply_to: 'help@kiosk.example',
          tags: [
            { name: 'order', value: 'order-1' },
            { name: 'send', value: '1' },
          ],
        }),
      },
    ]);
  });

  it('is asked again under the same key when its answer is lost', async () => {
    const { mailer, asked } = await resend('late', { status: 200 });
    expect(await mailer.send(mail)).toMatchObject({ kind: 'retry', code: 'resend_timeout' });
    expect(await mailer.send(mail)).toMatchObject({ kind: 'taken' });
    expect(asked.map(({ key }) => key)).toEqual(['order-1.1', 'order-1.1']);
  });

  it.each<[string, Answer, object]>([
    [
      'too much',
      { status: 429, headers: { 'retry-after': '7' } },
      { kind: 'retry', code: 'resend_429', retryAfterMs: 7_000 },
    ],
    [
      'an outage',
      { status: 500, body: 'no JSON' },
      { kind: 'retry', code: 'resend_500', retryAfterMs: null },
    ],
    ['a wrong API key', { status: 401 }, { kind: 'retry', code: 'resend_401', retryAfterMs: null }],
    ['an invalid message', { status: 422 }, { kind: 'refused', code: 'resend_422' }],
    [
      'the same under way',
      { status: 409, body: { name: 'concurrent_idempotent_requests' } },
      { kind: 'retry' },
    ],
    [
      'one that went out before',
      { status: 409, body: { name: 'invalid_idempotent_request' } },
      { kind: 'taken' },
    ],
    ['an answer without an id', { status: 200, body: '[]' }, { kind: 'taken', providerId: null }],
    [
      'an id that cannot be one',
      { status: 200, body: { id: 'x'.repeat(2_000) } },
      { kind: 'taken', providerId: null },
    ],
  ])('tells %s from the rest', async (_, answer, outcome) => {
    const { mailer } = await resend(answer);
    expect(await mailer.send(mail)).toMatchObject(outcome);
  });

  it('waits for a server that is not there', async () => {
    const mailer = new ResendMailer({ apiKey: 're_x', url: 'http://127.0.0.1:9', timeoutMs: SHORT_MS });
    closing.push(mailer);
    expect(await mailer.send(mail)).toMatchObject({ kind: 'retry' });
  });
});
