import { join } from 'node:path';
import type { Provider } from '@nestjs/common';
import {
  DeliveredKeys,
  DeliverySender,
  MailSettings,
  type Recipient,
  Recipients,
  SuppressionNumbers,
} from '../contexts/deliveries/index.js';
import { KeyTexts } from '../contexts/inventory/index.js';
import { WarningSender } from '../contexts/webhooks/index.js';
import type { Settings } from '../platform/config/settings.js';
import { Clock } from '../platform/kernel/clock.js';
import { Ids } from '../platform/kernel/ids.js';
import { KeyStore } from '../platform/key-store/key-store.js';
import type { Logger } from '../platform/logging/logger.js';
import { seldom } from '../platform/logging/seldom.js';
import { Mailbox } from '../platform/mail/mailbox/mailbox.js';
import { Mailer, NoMailer } from '../platform/mail/mailer.js';
import { ToldMailer } from '../platform/mail/told-mailer.js';
import { PublicIds } from '../platform/numbers/public-ids.js';
import { KeyedHash } from '../platform/security/keyed-hash.js';
import { sealedPlace, Vault } from '../platform/security/vault.js';
import { EmailDelivery } from '../processes/email-delivery/email-delivery.js';
import { PendingDeliveriesIndex } from '../processes/email-delivery/pending-deliveries.index.js';
import { PendingWarningsIndex } from '../processes/webhook-warnings/pending-warnings.index.js';
import { WebhookWarnings } from '../processes/webhook-warnings/webhook-warnings.js';

const domainOf = (from: string): string => from.slice(from.lastIndexOf('@') + 1).replace(/>$/, '');

/** How mail goes out, by the settings. Without a provider it stays on this machine; in production it waits for one. */
async function createMailer(settings: Settings, mailbox: Mailbox, logger: Logger): Promise<Mailer> {
  const { resendApiKey: apiKey, resendUrl, smtpUrl, mailFrom } = settings;
  const told = (variable: string, mailer: Mailer): Mailer =>
    new ToldMailer(
      mailer,
      seldom((unsaid, code: string) =>
        logger.warn({ variable, code, ...unsaid }, 'mail does not go out and is tried again'),
      ),
    );
  if (apiKey) {
    const { ResendMailer } = await import('../platform/mail/resend/resend-mailer.js');
    return told('RESEND_API_KEY', new ResendMailer({ apiKey, url: resendUrl.replace(/\/+$/, '') }));
  }
  if (smtpUrl) {
    const { SmtpMailer } = await import('../platform/mail/smtp/smtp-mailer.js');
    return told('SMTP_URL', new SmtpMailer({ url: smtpUrl, domain: domainOf(mailFrom) }));
  }
  if (settings.nodeEnv !== 'production') return mailbox;
  logger.warn('no mail goes out and all of it waits: neither RESEND_API_KEY nor SMTP_URL is set');
  return new NoMailer();
}

/** Whether mail is kept to be read at `/dev/mailbox`. */
export const hasMailbox = ({ resendApiKey, smtpUrl, nodeEnv }: Settings): boolean =>
  !resendApiKey && !smtpUrl && nodeEnv !== 'production';

/** What the deliveries context needs of the others, bound to what they offer. */
export const deliveryPorts = (settings: Settings, logger: Logger, isSelling: () => boolean): Provider[] => [
  {
    provide: Mailbox,
    inject: [Vault, Clock],
    useFactory: (vault: Vault, clock: Clock) => new Mailbox(join(settings.dataDir, 'mailbox'), vault, clock),
  },
  {
    provide: Mailer,
    inject: [Mailbox],
    useFactory: (mailbox: Mailbox) => createMailer(settings, mailbox, logger),
  },
  {
    provide: Recipients,
    inject: [Vault, KeyedHash, KeyStore, Mailbox],
    useFactory: (vault: Vault, hashes: KeyedHash, keys: KeyStore, mailbox: Mailbox): Recipients => {
      const placeOf = (id: string, sealedIn: Recipient['sealedIn']): string =>
        sealedPlace(`${settings.streamNamespace}.${sealedIn}-${id}`, 'email');
      const hashOf = (address: string): string => hashes.hash('email', address.toLowerCase());
      const seal = async (
        id: string,
        address: string,
        sealedIn: Recipient['sealedIn'],
      ): Promise<Recipient> => {
        const hash = hashOf(address);
        const sealed = await vault.sealUnder(`customer-${hash}`, placeOf(id, sealedIn), address);
        return { address: sealed, hash, sealedIn };
      };
      return {
        hashOf,
        seal: (orderId, address) => seal(orderId, address, 'delivery'),
        sealSuppressed: (address) => seal(hashOf(address), address, 'suppression'),
        open: (id, { address, sealedIn }) => vault.open(address, placeOf(id, sealedIn)),
        async erase(hash) {
          await keys.destroy(`customer-${hash}`);
          vault.forget();
          await mailbox.erase(hash);
        },
      };
    },
  },
  {
    provide: EmailDelivery,
    inject: [DeliverySender, Ids],
    useFactory: (sender: DeliverySender, ids: Ids) =>
      new EmailDelivery(new PendingDeliveriesIndex(), sender, ids, { isSelling }),
  },
  {
    provide: WebhookWarnings,
    inject: [WarningSender, Ids],
    useFactory: (sender: WarningSender, ids: Ids) =>
      new WebhookWarnings(new PendingWarningsIndex(), sender, ids),
  },
  { provide: DeliveredKeys, useExisting: KeyTexts },
  {
    provide: MailSettings,
    useValue: { from: settings.mailFrom, publicUrl: settings.publicUrl } satisfies MailSettings,
  },
  {
    provide: SuppressionNumbers,
    inject: [PublicIds],
    useFactory: (numbers: PublicIds): SuppressionNumbers => ({ next: () => numbers.next('suppression') }),
  },
];
