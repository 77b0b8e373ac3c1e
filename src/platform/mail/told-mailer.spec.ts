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
