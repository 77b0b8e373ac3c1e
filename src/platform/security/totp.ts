import { generateSecret, generateSync, generateURI, verifySync } from 'otplib';

/** As authenticator apps expect without being told (RFC 6238): SHA-1, six digits, a new code each half minute. */
const STEP_SECONDS = 30;
/** The codes before and after the current one count too: clocks differ, and typing takes time. */
const TOLERANCE_SECONDS = 30;

/** A new secret in base32, 160 bits. */
export const newTotpSecret = (): string => generateSecret();

export const totpCode = (secret: string, step: number): string =>
  generateSync({ secret, epoch: step * STEP_SECONDS });

/** Number of the code that is shown at a moment. */
export const totpStep = (nowMs: number): number => Math.floor(nowMs / 1000 / STEP_SECONDS);

/** The step whose code this is, around `nowMs`; null if it is none of them. */
export function matchingStep(secret: string, code: string, nowMs: number): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const epoch = Math.floor(nowMs / 1000);
  const found = verifySync({ secret, token: code, epoch, epochTolerance: TOLERANCE_SECONDS });
  return found.valid && 'timeStep' in found ? found.timeStep : null;
}

/** What an authenticator app reads from a QR code. */
export const otpauthUri = (secret: string, login: string, issuer: string): string =>
  generateURI({ secret, label: login, issuer });
