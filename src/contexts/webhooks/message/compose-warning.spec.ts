import { MAIL_LANGUAGES } from '../../../platform/mail/mail-text.js';
import { composeWarning, type WarningMail } from './compose-warning.js';

const mail: WarningMail = {
  language: 'en',
  partner: 'Kiosk',
  webhook: { id: 7, url: 'https://hooks.kiosk.example:8443/s3cret/path?token=s3cret' },
  warning: {
    because: 'failing',
    disabledAt: '2027-01-06T10:20:30.000Z',
    failingSince: '2027-01-01T09:08:07.000Z',
  },
};

describe('a warning', () => {
  it.each(MAIL_LANGUAGES)('in %s says which endpoint was switched off, why and when', (language) => {
    const { subject, html, text } = composeWarning({ ...mail, language });
    expect(subject).toContain('hooks.kiosk.example:8443');
    for (const part of ['https://hooks.kiosk.example:8443', '7', '2027-01-01 09:08 UTC', 'Kiosk']) {
      expect(html).toContain(part);
      expect(text).toContain(part);
    }
    expect(html).toContain(`lang="${language}"`);
    const gone = composeWarning({
      ...mail,
      language,
      warning: { because: 'gone', disabledAt: mail.warning.disabledAt, failingSince: null },
    });
    expect(gone.text).toContain('410');
    expect(gone.text).not.toContain('null');
  });

  it('is in English when nobody said a language', () => {
    expect(composeWarning({ ...mail, language: null }).subject).toContain('was switched off');
  });

  it('holds nothing of the address that may be a secret, and nothing that starts a tag or a header', () => {
    const { subject, html, text } = composeWarning({ ...mail, partner: 'A\r\nBcc: x <b>&' });
    for (const part of [subject, html, text]) expect(part).not.toContain('s3cret');
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).toContain('A Bcc: x &lt;b&gt;&amp;');
  });
});
