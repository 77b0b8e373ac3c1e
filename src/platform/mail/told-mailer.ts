import { Mailer, type OutgoingMail, type SendOutcome } from './mailer.js';

/** Sends by another mailer, and tells of each message that did not go out and waits for its next attempt. */
export class ToldMailer extends Mailer {
  readonly name: Mailer['name'];
  /** Attempts in a row after which a message waits for its next one. What is refused for ever was answered. */
  failures = 0;

  constructor(
    private readonly mailer: Mailer,
    private readonly onRetry: (code: string) => void,
  ) {
    super();
    this.name = mailer.name;
  }

  async send(mail: OutgoingMail): Promise<SendOutcome> {
    const outcome = await this.mailer.send(mail);
    this.failures = outcome.kind === 'retry' ? this.failures + 1 : 0;
    if (outcome.kind === 'retry') this.onRetry(outcome.code);
    return outcome;
  }

  close(): Promise<void> {
    return this.mailer.close();
  }
}
