import { Mailer, type OutgoingMail, type SendOutcome } from './mailer.js';
import { ToldMailer } from './told-mailer.js';

class AnsweringMailer extends Mailer {
  readonly name = 'smtp';
  constructor(private readonly outcomes: SendOutcome[]) {
    super();
  }
  async send(): Promise<SendOutcome> {
    return this.outcomes.shift()!;
  }
  async close(): Promise<void> {}
}

it('tells of messages that wait for another attempt, and of no others', async () => {
  const outcomes: SendOutcome[] = [
    { kind: 'taken', providerId: null },
    { kind: 'retry', code: 'smtp_esocket', retryAfterMs: null },
    { kind: 'refused', code: 'smtp_550' },
  ];
  const told: string[] = [];
  const mailer = new ToldMailer(new AnsweringMailer([...outcomes]), (code) => told.push(code));
  const answers = [];
  for (const _ of outcomes) answers.push(await mailer.send({} as OutgoingMail));
  expect(answers).toEqual(outcomes);
  expect(told).toEqual(['smtp_esocket']);
  expect(mailer.name).toBe('smtp');
});

it('counts the failures in a row', async () => {
  const retry: SendOutcome = { kind: 'retry', code: 'smtp_421', retryAfterMs: null };
  const outcomes: SendOutcome[] = [retry, retry, { kind: 'taken', providerId: null }, retry];
  const mailer = new ToldMailer(new AnsweringMailer([...outcomes]), () => undefined);
  const counts = [];
  for (const _ of outcomes) {
    await mailer.send({} as OutgoingMail);
    counts.push(mailer.failures);
  }
  expect(counts).toEqual([1, 2, 0, 1]);
});
