import { emailAddress } from './email-address.js';

describe('an e-mail address', () => {
  it.each([
    ['customer@example.com', 'customer@example.com'],
    ['  A.B+c@Example.COM ', 'A.B+c@example.com'],
    ['müller@bücher.example', 'müller@xn--bcher-kva.example'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['a@BÜCHER.Example', 'a@xn--bcher-kva.example'],
    ['a@xn--bcher-kva.example', 'a@xn--bcher-kva.example'],
    ['a@почта.рф', 'a@xn--80a1acny.xn--p1ai'],
    ['a@例え。テスト', 'a@xn--r8jz45g.xn--zckzah'],
    ['a@xəbər.az', 'a@xn--xbr-dtbb.az'],
  ])('%j is taken as %j', (text, address) => expect(emailAddress(text)).toBe(address));

  it.each([
    '',
    'x',
    '@example.com',
    'a@b',
    'a b@example.com',
    'a@example..com',
    'a@-x.com',
    'a@x.com\n<b@y.z>',
    'a\u200b@example.com',
    '\u202ea@example.com',
    'a\u0000@example.com',
    'a\ud800@example.com',
    'a@exa\u200bmple.com',
    'a@xn--\u00f1.com',
    'a@b\u00fccher.example/x',
    'a@%62\u00fccher.example',
    'a@0x7f.1',
    `a@${'\u00e4'.repeat(63)}.example`,
    `a@${`${'\u00e4'.repeat(20)}.`.repeat(11)}example`,
  ])('%j is refused', (text) => expect(emailAddress(text)).toBeNull());
});
