import { Agent, request } from 'undici';
import { MAX_ANSWER_BYTES, RESEND_CONNECTIONS, RESEND_TIMEOUT_MS } from '../limits.js';
import { Mailer, type OutgoingMail, outcomeCode, type SendOutcome } from '../mailer.js';

export interface ResendOptions {
  readonly apiKey: string;
  /** Without a trailing slash. */
  readonly url: string;
  readonly timeoutMs?: number;
}

/** How it may call a message; what is longer or other is no id, and is not kept as one. */
const MESSAGE_ID = /^[\w.-]{1,200}$/;
/** How the API refuses a message that it took under this key before with another text, say another product name. */
const SENT_BEFORE = 'invalid_idempotent_request';

/**
 * Resend's HTTP API, one POST a message. The message's id is its `Idempotency-Key`: within a day the API sends it once,
 * however often it is asked. Refused for ever is what it calls invalid (400, 422); all else is worth another attempt, a
 * wrong API key too, as that is put right without touching the messages.
 */
export class ResendMailer extends Mailer {
  readonly name = 'resend';
  private readonly agent: Agent;

  constructor(private readonly options: ResendOptions) {
    super();
    this.agent = new Agent({ connections: RESEND_CONNECTIONS });
  }

  async send(mail: OutgoingMail): Promise<SendOutcome> {
    const { apiKey, url, timeoutMs = RESEND_TIMEOUT_MS } = this.options;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { statusCode, headers, body } = await request(`${url}/emails`, {
        dispatcher: this.agent,
        method: 'POST',
        signal,
        headers: {
          Authorization: `Bearer ${apiKey}`,
          'Content-Type': 'application/json',
          'Idempotency-Key': mail.id,
        },
        body: JSON.stringify(bodyOf(mail)),
      });
      return outcomeOf(statusCode, headers['retry-after'], await read(body));
    } catch (error) {
      const code = signal.aborted ? 'timeout' : outcomeCode((error as { code?: string }).code ?? 'network');
      return { kind: 'retry', code: `resend_${code}`, retryAfterMs: null };
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

const bodyOf = (mail: OutgoingMail) => ({
  from: mail.from,
  to: [mail.to],
  subject: mail.subject,
  html: mail.html,
  text: mail.text,
  ...(mail.replyTo === null ? {} : { reply_to: mail.replyTo }),
  tags: Object.entries(mail.tags).map(([name, value]) => ({ name, value })),
});

interface Answer {
  readonly id?: unknown;
  readonly name?: unknown;
}

/** The answer's JSON object; empty for anything else. */
async function read(body: AsyncIterable<Buffer>): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) break;
    chunks.push(chunk);
  }
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function outcomeOf(
  status: number,
  retryAfter: string | string[] | undefined,
  { id, name }: Answer,
): SendOutcome {
  if (status >= 200 && status < 300) {
    return { kind: 'taken', providerId: typeof id === 'string' && MESSAGE_ID.test(id) ? id : null };
  }
  if (status === 409 && name === SENT_BEFORE) return { kind: 'taken', providerId: null };
  const code = `resend_${status}`;
  if (status === 400 || status === 422) return { kind: 'refused', code };
  return { kind: 'retry', code, retryAfterMs: waitOf(retryAfter) };
}

/** Seconds or an HTTP date, as milliseconds. */
function waitOf(header: string | string[] | undefined): number | null {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(at - Date.now(), 0);
}
