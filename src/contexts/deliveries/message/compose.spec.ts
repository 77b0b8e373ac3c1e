import { MAIL_LANGUAGES } from '../../../platform/mail/mail-text.js';
import { composeMail, type KeyDelivery } from './compose.js';

const delivery: KeyDelivery = {
  language: 'en',
  publicUrl: 'https://keys.example',
  reference: 'PAY-1',
  partner: { name: 'Kiosk', logoUrl: 'https://kiosk.example/logo.png', supportEmail: 'help@kiosk.example' },
  items: [
    {
      product: {
        names: { en: 'Game', ru: 'Игра', az: null },
        imageUrl: '/uploads/a.png',
        instructions: { en: 'Open the shop.\nType the key.', ru: null, az: null },
      },
      text: 'AAAA-BBBB',
      serial: 'SN-1',
    },
  ],
};
const [item] = delivery.items;
const withProduct = (fields: object): KeyDelivery => ({
  ...delivery,
  items: [{ ...item!, product: { ...item!.product, ...fields } }],
});

describe('a message', () => {
  it.each(MAIL_LANGUAGES)('in %s has all that the customer needs, as HTML and as text', (language) => {
    const { subject, html, text } = composeMail({ ...delivery, language });
    expect(subject).toContain(language === 'ru' ? 'Игра' : 'Game');
    for (const part of ['AAAA-BBBB', 'SN-1', 'PAY-1', 'Type the key.', 'help@kiosk.example']) {
      expect(html).toContain(part);
      expect(text).toContain(part);
    }
    expect(html).toContain(`lang="${language}"`);
    expect(html).toContain('src="https://keys.example/uploads/a.png"');
    expect(html).toContain('src="https://kiosk.example/logo.png"');
    expect(html).not.toMatch(/\{\{|<%|undefined|\[object/);
  });

  it.each(MAIL_LANGUAGES)('in %s says whom to ask, with one colon before the address', (language) => {
    const { html, text } = composeMail({ ...delivery, language });
    const support = /[^:\s]: help@kiosk\.example/;
    expect(text).toMatch(support);
    expect(html.replace(/<[^>]*>/g, '')).toMatch(support);
  });

  it('is in English where there are no words for the language', () => {
    expect(composeMail({ ...delivery, language: 'xx' }).subject).toBe('Your key for Game');
  });

  it('escapes every value, and starts no header', () => {
    const hostile = '</title><script>alert(1)</script>\r\nBcc: all@x.az "&\'\u202e';
    const { subject, html, text } = composeMail({
      ...withProduct({
        names: { en: hostile, ru: null, az: null },
        instructions: { en: hostile, ru: null, az: null },
      }),
      reference: hostile,
      partner: { name: hostile, logoUrl: null, supportEmail: '"><img src=x>@x.az' },
    });
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('<img src=x>');
    expect(subject).not.toMatch(/[\r\n\u202e]/);
    expect(text.split('\n').filter((line) => line.startsWith('Bcc:'))).toHaveLength(1);
  });

  it('keeps what a name says literally', () => {
    const { subject } = composeMail(withProduct({ names: { en: "$& $1 $'", ru: null, az: null } }));
    expect(subject).toBe("Your key for $& $1 $'");
  });

  it('has a subject that a header can hold', () => {
    const long = composeMail(withProduct({ names: { en: '🎮'.repeat(500), ru: null, az: null } }));
    expect([...long.subject]).toHaveLength(150);
  });

  it.each([
    'javascript:alert(1)',
    'data:image/png;base64,AA',
    '//x.az/a.png',
    '/etc/passwd',
    'file:///a.png',
    'x',
  ])('shows no picture from %s', (imageUrl) => {
    const partner = { name: 'Kiosk', logoUrl: imageUrl, supportEmail: null };
    expect(composeMail({ ...withProduct({ imageUrl }), partner }).html).not.toContain('<img');
  });

  it('leaves out what there is not', () => {
    const bare = withProduct({ imageUrl: null, instructions: { en: null, ru: null, az: null } });
    const { html, text } = composeMail({
      ...bare,
      items: [{ ...bare.items[0]!, serial: null }],
      partner: { name: 'Kiosk', logoUrl: null, supportEmail: null },
    });
    for (const absent of ['Serial number', 'How to activate', 'Questions?', '<img']) {
      expect(html).not.toContain(absent);
      expect(text).not.toContain(absent);
    }
  });
});
