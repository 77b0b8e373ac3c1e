// Verifies a webhook with nothing but Node. Run: node verify.mjs SECRET ID TIMESTAMP SIGNATURE < body
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

const TOLERANCE_SECONDS = 5 * 60;

/** @param {Buffer} body exactly as it was received @returns {boolean} */
export function verify(secret, { id, timestamp, signature = '' }, body, now = Date.now() / 1000) {
  if (!/^\d+$/.test(timestamp) || Math.abs(now - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  // With a secret that was left empty everybody can sign.
  if (key.length === 0) return false;
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  // While a secret is being changed there is one signature for each of the two.
  return signature.split(' ').some((each) => {
    const [version, value = ''] = each.split(',');
    const given = Buffer.from(value, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

if (process.argv[1]?.endsWith('verify.mjs')) {
  const [secret, id, timestamp, signature] = process.argv.slice(2);
  const isGood = verify(secret, { id, timestamp, signature }, readFileSync(0));
  console.log(isGood ? 'verified' : 'refused');
  process.exitCode = isGood ? 0 : 1;
}
