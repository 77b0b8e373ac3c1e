import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** As authenticator apps expect without being told (RFC 6238): SHA-1, six digits, a new code each half minute. */
const STEP_MS = 30_000;
const DIGITS = 6;
const SECRET_BYTES = 20;
/** Codes before and after the current one that count too: clocks differ, and typing takes time. */
const STEPS_AROUND = 1;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A new secret in base32, 160 bits. */
export function newTotpSecret(): string {
  // A byte has eight times as many values as there are letters, so each letter is as likely as any other.
  return Array.from(randomBytes((SECRET_BYTES * 8) / 5), (byte) => BASE32[byte % BASE32.length]).join('');
}

function bytesOf(secret: string): Buffer {
  const bits = Array.from(secret, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The code of a step: HOTP of RFC 4226. */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', bytesOf(secret)).update(counter).digest();
  const number = mac.readUInt32BE(mac.at(-1)! & 0xf) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/** Number of the code that is shown at a moment. */
export const totpStep = (nowMs: number): number => Math.floor(nowMs / STEP_MS);

/** The step whose code this is, around `nowMs`; null if it is none of them. */
export function matchingStep(secret: string, code: string, nowMs: number): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const current = totpStep(nowMs);
  for (let step = current + STEPS_AROUND; step >= current - STEPS_AROUND; step -= 1) {
    if (timingSafeEqual(Buffer.from(totpCode(secret, step)), Buffer.from(code))) return step;
  }
  return null;
}

/** What an authenticator app reads from a QR code. */
export function otpauthUri(secret: string, login: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(login)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}`;
}
