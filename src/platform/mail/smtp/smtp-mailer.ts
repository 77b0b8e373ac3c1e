import { createTransport, type Transporter } from 'nodemailer';
import {
  ATTEMPT_TIMEOUT_MS,
  SMTP_CONNECT_TIMEOUT_MS,
  SMTP_CONNECTIONS,
  SMTP_SILENCE_TIMEOUT_MS,
} from '../limits.js';
import { Mailer, type OutgoingMail, outcomeCode, type SendOutcome } from '../mailer.js';

export interface SmtpOptions {
  /** `smtp://` or `smtps://`, with the credentials. */
  readonly url: string;
  /** Right part of the messages' ids: a domain. */
  readonly domain: string;
  readonly attemptTimeoutMs?: number;
  readonly silenceTimeoutMs?: number;
}

interface SmtpError {
  readonly code?: string;
  readonly responseCode?: number;
}

/**
 * An SMTP server, over a few connections that are kept. The Message-ID derives from the message's id, so that it is the
 * same in every attempt. A 5xx answer to the message is for ever; one to the connection or the login is not, as that is put
 * right without touching the messages. A server that drips is cut off: a connection's time-outs start again with every byte.
 */
export class SmtpMailer extends Mailer {
  readonly name = 'smtp';
  private transport: Transporter;

  constructor(private readonly options: SmtpOptions) {
    super();
    this.transport = this.connect();
  }

  async send(mail: OutgoingMail): Promise<SendOutcome> {
    const { transport } = this;
    const { attemptTimeoutMs = ATTEMPT_TIMEOUT_MS } = this.options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), attemptTimeoutMs);
    });
    const sending = transport.sendMail(this.messageOf(mail)).then(
      (): SendOutcome => ({ kind: 'taken', providerId: null }),
      (error: SmtpError): SendOutcome => outcomeOf(error),
    );
    const outcome = await Promise.race([sending, late]);
    clearTimeout(timer);
    if (outcome !== 'late') return outcome;
    this.replace(transport);
    return { kind: 'retry', code: 'smtp_timeout', retryAfterMs: null };
  }

  async close(): Promise<void> {
    this.transport.close();
  }

  private connect(): Transporter {
    const { url, silenceTimeoutMs = SMTP_SILENCE_TIMEOUT_MS } = this.options;
    const transport = createTransport({
      url,
      pool: true,
      maxConnections: SMTP_CONNECTIONS,
      connectionTimeout: Math.min(SMTP_CONNECT_TIMEOUT_MS, silenceTimeoutMs),
      greetingTimeout: silenceTimeoutMs,
      socketTimeout: silenceTimeoutMs,
      maxRequeues: 1,
      disableFileAccess: true,
      disableUrlAccess: true,
    } as Parameters<typeof createTransport>[0]);
    // A failed connection is told to the messages that waited for it.
    transport.on('error', () => undefined);
    return transport;
  }

  /** The connections that hang are given up, with what else is on them: that is tried again. */
  private replace(transport: Transporter): void {
    if (this.transport === transport) this.transport = this.connect();
    transport.close();
  }

  private messageOf(mail: OutgoingMail) {
    return {
      messageId: `<${mail.id}@${this.options.domain}>`,
      from: mail.from,
      to: { name: '', address: mail.to },
      ...(mail.replyTo === null ? {} : { replyTo: { name: '', address: mail.replyTo } }),
      subject: mail.subject,
      html: mail.html,
      text: mail.text,
      headers: { 'Auto-Submitted': 'auto-generated' },
    };
  }
}

function outcomeOf({ code = 'error', responseCode }: SmtpError): SendOutcome {
  const shown = `smtp_${responseCode ?? outcomeCode(code)}`;
  const isAboutMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  const isForEver = isAboutMessage && responseCode !== undefined && responseCode >= 500 && responseCode < 600;
  return isForEver ? { kind: 'refused', code: shown } : { kind: 'retry', code: shown, retryAfterMs: null };
}
