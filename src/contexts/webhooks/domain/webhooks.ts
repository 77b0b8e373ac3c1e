import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type {
  DisabledBecause,
  SealedSecret,
  WarnedOf,
  WebhookFields,
  WebhooksEvent,
} from '../events/webhooks.events.js';

/** The mail that tells the partner of an endpoint that was switched off. */
export interface Warning {
  readonly number: number;
  readonly because: WarnedOf;
  readonly disabledAt: string;
  readonly failingSince: string | null;
  readonly status: 'pending' | 'sent' | 'failed';
  readonly attempts: number;
  /** Why the last attempt failed. */
  readonly errorCode: string | null;
  /** When the next attempt is due; null before the first and after the last. */
  readonly retryAt: string | null;
}

export interface Webhook extends WebhookFields {
  readonly id: number;
  readonly secret: SealedSecret;
  readonly previousSecret: (SealedSecret & { readonly validUntil: string }) | null;
  /** Null while it is on. */
  readonly disabled: DisabledBecause | null;
  /** Of the last time that it was switched off by the product; null once it is on again. */
  readonly warning: Warning | null;
  /** Warnings ever asked for. */
  readonly warnings: number;
}

/** A partner's endpoints by number; deleted ones are gone. */
export interface WebhooksState {
  readonly webhooks: ReadonlyMap<number, Webhook>;
}

/** Category `webhooks`, id of the partner. One stream for all of them, so that there are never too many. */
export const Webhooks: Aggregate<WebhooksState, WebhooksEvent> = {
  category: 'webhooks',
  stateVersion: 2,
  weight: 4,
  initial: { webhooks: new Map() },
  evolve({ webhooks }, event) {
    const changed = new Map(webhooks);
    const id = event.data.webhook;
    const before = webhooks.get(id);
    if (event.type === 'WebhookCreated') {
      const { url, eventTypes, description, secret } = event.data;
      const isNew = { previousSecret: null, disabled: null, warning: null, warnings: 0 };
      changed.set(id, { id, url, eventTypes, description, secret, ...isNew });
    } else if (before) {
      const after = changeOf(before, event);
      if (after) changed.set(id, after);
      else changed.delete(id);
    }
    return { webhooks: changed };
  },
};

/** Null when it is deleted. */
function changeOf(
  before: Webhook,
  event: Exclude<WebhooksEvent, { type: 'WebhookCreated' }>,
): Webhook | null {
  switch (event.type) {
    case 'WebhookChanged': {
      const { url, eventTypes, description } = event.data;
      return { ...before, url, eventTypes, description };
    }
    case 'WebhookSecretRotated': {
      const { secret, previousValidUntil: validUntil } = event.data;
      const previousSecret = validUntil === null ? null : { ...before.secret, validUntil };
      return { ...before, secret, previousSecret };
    }
    case 'WebhookDisabled':
      return { ...before, disabled: event.data.because };
    case 'WebhookEnabled':
      return { ...before, disabled: null, warning: null };
    case 'WebhookDeleted':
      return null;
    case 'WebhookRedeliveryRequested':
      return before;
    case 'WebhookWarningRequested': {
      const { warning: number, because, disabledAt, failingSince } = event.data;
      const isNew = { status: 'pending', attempts: 0, errorCode: null, retryAt: null } as const;
      const warning: Warning = { number, because, disabledAt, failingSince, ...isNew };
      return { ...before, warning, warnings: number };
    }
    case 'WebhookWarningDelayed': {
      const { attempt: attempts, code: errorCode, retryAt } = event.data;
      return warned(before, event.data.warning, { attempts, errorCode, retryAt });
    }
    case 'WebhookWarningSent': {
      const { attempt: attempts, warning } = event.data;
      return warned(before, warning, { status: 'sent', attempts, errorCode: null, retryAt: null });
    }
    case 'WebhookWarningFailed': {
      const { attempt: attempts, warning, code: errorCode } = event.data;
      return warned(before, warning, { status: 'failed', attempts, errorCode, retryAt: null });
    }
    default:
      return unreachable(event);
  }
}

/** What becomes of a warning that nobody waits for any more changes nothing. */
function warned(before: Webhook, number: number, change: Partial<Warning>): Webhook {
  const { warning } = before;
  return warning?.number === number ? { ...before, warning: { ...warning, ...change } } : before;
}

/** The secrets that sign at a moment: the current one, and the one before it until its overlap ends. */
export function signingSecrets({ secret, previousSecret }: Webhook, nowMs: number): readonly SealedSecret[] {
  const overlaps = previousSecret && nowMs < Date.parse(previousSecret.validUntil);
  return overlaps ? [secret, previousSecret] : [secret];
}
