import { isoTime } from '../../../platform/kernel/clock.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { DeliveryEvent, Recipient, Report } from '../events/delivery.events.js';
import { MAX_RETRY_AFTER_MS, MAX_SENDS, RETRY_JITTER, RETRY_WAITS_MS } from '../limits.js';
import { type DeliveryState, movesForward, type Send } from './delivery.js';

export interface RequestDelivery {
  readonly orderNumber: number;
  readonly partner: string;
  readonly language: string;
  readonly recipient: Recipient;
}

/** The send that was asked for with the sale: once. */
export function requestFirst(state: DeliveryState, command: RequestDelivery): DeliveryEvent[] {
  if (state.sends.length > 0) return [];
  return [{ type: 'DeliveryRequested', data: { ...command, send: 1, cause: 'order' } }];
}

/** One more send. One that is under way is overtaken by a corrected address alone. */
export function requestResend(
  state: DeliveryState,
  command: RequestDelivery & { readonly isCorrected: boolean },
): DeliveryEvent[] | Rejection<'DeliveryUnderWay' | 'TooManySends'> {
  const { isCorrected, ...request } = command;
  if (state.sends.length >= MAX_SENDS) return reject('TooManySends', { limit: MAX_SENDS });
  const last = state.sends.at(-1);
  if (!isCorrected && last?.status === 'pending') return reject('DeliveryUnderWay');
  const overtaken = last ? endPending(state, last.send, { code: 'overtaken' }) : [];
  const send = state.sends.length + 1;
  return [...overtaken, { type: 'DeliveryRequested', data: { ...request, send, cause: 'resend' } }];
}

/** What became of one attempt to hand a message to the provider. */
export type AttemptOutcome =
  | { readonly kind: 'taken'; readonly provider: string; readonly providerId: string | null }
  /** Worth another attempt: refused for now, or nobody knows. */
  | { readonly kind: 'retry'; readonly code: string; readonly retryAfterMs: number | null }
  /** No attempt of the same can succeed. */
  | { readonly kind: 'refused'; readonly code: string };

export interface RecordAttempt {
  readonly send: number;
  readonly attempt: number;
  readonly outcome: AttemptOutcome;
  readonly nowMs: number;
  /** From 0 to 1. */
  readonly chance: number;
}

/** Writes an attempt's outcome down, once; what others learned of the send meanwhile stands. */
export function recordAttempt(state: DeliveryState, command: RecordAttempt): DeliveryEvent[] {
  const { send: number, attempt, outcome } = command;
  const send = state.sends.find((one) => one.send === number);
  if (!send || attempt <= send.attempts) return [];
  if (outcome.kind === 'taken') {
    const { provider, providerId } = outcome;
    return [{ type: 'DeliverySent', data: { send: number, attempt, provider, providerId } }];
  }
  if (send.status !== 'pending') return [];
  const { code } = outcome;
  const waitMs =
    outcome.kind === 'retry' ? mailRetryWaitMs(attempt, outcome.retryAfterMs, command.chance) : null;
  if (waitMs === null) return [{ type: 'DeliveryFailed', data: { send: number, attempt, code } }];
  const retryAt = isoTime(command.nowMs + waitMs);
  return [{ type: 'DeliveryAttemptFailed', data: { send: number, attempt, code, retryAt } }];
}

/** Says once why a send waits that nobody can make now: no attempt, so that the send stays due and never gives up. */
export function awaitProvider(
  state: DeliveryState,
  number: number,
  { code, nowMs }: { readonly code: string; readonly nowMs: number },
): DeliveryEvent[] {
  const send = state.sends.find((one) => one.send === number);
  if (send?.status !== 'pending' || send.errorCode === code) return [];
  const data = { send: number, attempt: send.attempts, code, retryAt: isoTime(nowMs) };
  return [{ type: 'DeliveryAttemptFailed', data }];
}

/** Milliseconds until the next attempt; null after the last one. */
export function mailRetryWaitMs(attempt: number, retryAfterMs: number | null, chance: number): number | null {
  const wait = RETRY_WAITS_MS[attempt - 1];
  if (wait === undefined) return null;
  const jittered = Math.round(wait * (1 + RETRY_JITTER * chance));
  return Math.max(jittered, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
}

/** Ends a send that is still to be made, for a reason that no provider knows of. */
export function endPending(
  state: DeliveryState,
  number: number,
  reason: 'suppressed' | 'erased' | { readonly code: string },
): DeliveryEvent[] {
  const send = state.sends.find((one) => one.send === number);
  if (send?.status !== 'pending') return [];
  if (reason === 'suppressed') return [{ type: 'DeliverySuppressed', data: { send: number } }];
  if (reason === 'erased') return [{ type: 'DeliveryErased', data: { send: number } }];
  return [{ type: 'DeliveryFailed', data: { send: number, attempt: send.attempts, code: reason.code } }];
}

export interface RecordReport {
  readonly report: Report;
  readonly reportId: string;
  readonly providerId: string | null;
  readonly reportedAt: string;
  readonly code: string | null;
}

/** What a provider tells of a send: nothing twice, nothing that it is past. */
export function recordReport(state: DeliveryState, number: number, command: RecordReport): DeliveryEvent[] {
  const send = state.sends.find((one) => one.send === number);
  if (!send || send.reports.includes(command.reportId)) return [];
  if (!movesForward(send.status, command.report)) return [];
  return [{ type: 'DeliveryReported', data: { send: number, ...command } }];
}

/** The send that a message's id names; undefined if there is none. */
export const sendOf = (state: DeliveryState, number: number): Send | undefined =>
  state.sends.find((one) => one.send === number);
