import { RECORDED_RESPONSE_BYTES } from '../limits.js';

/** The first bytes of an answer as one line of text that can be shown anywhere; null if there are none. */
export function recordedResponse(start: Buffer): string | null {
  const text = start
    .subarray(0, RECORDED_RESPONSE_BYTES)
    .toString('utf8')
    .replace(/[\p{Cc}\p{Cf}\p{Surrogate}\u2028\u2029]+/gu, ' ')
    .trim();
  return text === '' ? null : text;
}
