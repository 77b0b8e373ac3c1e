import { composeMail, type KeyDelivery } from '../../src/contexts/deliveries/index.js';
import { composeWarning, type WarningMail } from '../../src/contexts/webhooks/index.js';
import type { MailLanguage } from '../../src/platform/mail/mail-text.js';

/** A made-up order, as previews show it. */
const ORDER: Omit<KeyDelivery, 'language'> = {
  publicUrl: 'https://keys.example',
  reference: 'PAY-2026-002',
  partner: { name: 'Kiosk', logoUrl: null, supportEmail: 'help@kiosk.example' },
  items: [
    {
      product: {
        names: { en: 'Steam Wallet $20', ru: 'Steam Кошелёк $20', az: 'Steam Cüzdan $20' },
        imageUrl: null,
        instructions: {
          en: 'Open Steam and log in.\nChoose "Games", then "Redeem a Wallet Code".\nType the key.',
          ru: 'Откройте Steam и войдите.\nВыберите «Игры», затем «Активировать код Кошелька».\nВведите ключ.',
          az: 'Steam-i açın və daxil olun.\n«Oyunlar», sonra «Cüzdan kodunu aktivləşdir» seçin.\nAçarı daxil edin.',
        },
      },
      text: 'DEMO1-ABCDE-FGHIJ-KLMNO',
      serial: 'SN-000042',
    },
  ],
};

/** A made-up endpoint that was switched off. */
const WARNING: Omit<WarningMail, 'language'> = {
  partner: 'Kiosk',
  webhook: { id: 12, url: 'https://hooks.kiosk.example/keys' },
  warning: {
    because: 'failing',
    disabledAt: '2026-03-06T10:20:30.000Z',
    failingSince: '2026-03-01T09:08:07.000Z',
  },
};

/** Every message that there is, with the text that matters most in it. */
export const PREVIEWS = [
  {
    name: 'key-delivery',
    shown: ORDER.items[0]!.text,
    compose: (language: MailLanguage) => composeMail({ ...ORDER, language }),
  },
  {
    name: 'webhook-warning',
    shown: 'https://hooks.kiosk.example',
    compose: (language: MailLanguage) => composeWarning({ ...WARNING, language }),
  },
] as const;
