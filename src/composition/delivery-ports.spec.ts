import type { FactoryProvider } from '@nestjs/common';
import { loadSettings } from '../platform/config/settings.js';
import type { Logger } from '../platform/logging/logger.js';
import { Mailer, type OutgoingMail } from '../platform/mail/mailer.js';
import { deliveryPorts } from './delivery-ports.js';

const MAIL: OutgoingMail = {
  ...{ id: 'a', tags: {}, recipientHash: 'h', from: 'keys@example.com', to: 'customer@example.com' },
  ...{ replyTo: null, subject: 's', html: 'CANARY-KEY', text: 'CANARY-KEY' },
};

it('a mail server that does not answer is told in the log, once for many messages, without what is in them', async () => {
  const warned: unknown[][] = [];
  const logger = { warn: (...line: unknown[]) => warned.push(line) } as unknown as Logger;
  const settings = loadSettings({ NODE_ENV: 'test', SMTP_URL: 'smtp://user:CANARY-PASSWORD@127.0.0.1:1' });
  const ports = deliveryPorts(settings, logger, () => false);
  const port = ports.find((one) => (one as FactoryProvider).provide === Mailer) as FactoryProvider<Mailer>;
  const mailer = await port.useFactory({});
  expect(await mailer.send(MAIL)).toMatchObject({ kind: 'retry' });
  expect(await mailer.send(MAIL)).toMatchObject({ kind: 'retry' });
  await mailer.close();
  expect(warned).toHaveLength(1);
  expect(warned[0]![0]).toMatchObject({ variable: 'SMTP_URL', code: 'smtp_esocket' });
  expect(JSON.stringify(warned)).not.toContain('CANARY');
  expect(JSON.stringify(warned)).not.toContain('customer@');
});
