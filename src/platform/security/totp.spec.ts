import { matchingStep, newTotpSecret, otpauthUri, totpCode, totpStep } from './totp.js';

/** `12345678901234567890`, the secret of the RFC's own examples. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

it.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('the code at %i seconds is that of RFC 6238', (seconds, code) => {
  expect(totpCode(SECRET, totpStep(seconds * 1000))).toBe(code);
});

it('a code counts in its half minute and in the ones beside it', () => {
  const step = 1000;
  const code = totpCode(SECRET, step);
  const at = (steps: number) => matchingStep(SECRET, code, (step + steps) * 30_000);
  expect([-2, -1, 0, 1, 2].map(at)).toEqual([null, step, step, step, null]);
});

it.each(['', '12345', '1234567', '28708a', ' 287082', '２８７０８２'])('%p is no code', (code) => {
  expect(matchingStep(SECRET, code, 59_000)).toBeNull();
});

it('secrets are 160 bits of base32, each another', () => {
  const secrets = Array.from({ length: 50 }, newTotpSecret);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(new Set(secrets).size).toBe(secrets.length);
});

it('an app reads secret, issuer and account from the URI', () => {
  const uri = new URL(otpauthUri(SECRET, 'ad min', 'KeyForge'));
  expect(uri.protocol).toBe('otpauth:');
  expect(uri.pathname).toBe('/KeyForge:ad%20min');
  expect(Object.fromEntries(uri.searchParams)).toEqual({ secret: SECRET, issuer: 'KeyForge' });
});
