import type { KeyDelivery } from '../../src/contexts/deliveries/index.js';

/** A made-up order, as previews show it. */
export const PREVIEW: Omit<KeyDelivery, 'language'> = {
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
