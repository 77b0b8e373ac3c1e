import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type {
  DisabledBecause,
  SealedSecret,
  WebhookFields,
  WebhooksEvent,
} from '../events/webhooks.events.js';

export interface Webhook extends WebhookFields {
  readonly id: number;
  readonly secret: SealedSecret;
  readonly previousSecret: (SealedSecret & { readonly validUntil: string }) | null;
  /** Null while it is on. */
  readonly disabled: DisabledBecause | null;
}

/** A partner's endpoints by number; deleted ones are gone. */
export interface WebhooksState {
  readonly webhooks: ReadonlyMap<number, Webhook>;
}

/** Category `webhooks`, id of the partner. One stream for all of them, so that there are never too many. */
export const Webhooks: Aggregate<WebhooksState, WebhooksEvent> = {
  category: 'webhooks',
  stateVersion: 1,
  weight: 4,
  initial: { webhooks: new Map() },
  evolve({ webhooks }, event) {
    const changed = new Map(webhooks);
    const id = event.data.webhook;
    const before = webhooks.get(id);
    if (event.type === 'WebhookCreated') {
      const { url, eventTypes, description, secret } = event.data;
      changed.set(id, { id, url, eventTypes, description, secret, previousSecret: null, disabled: null });
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
      return { ...before, disabled: null };
    case 'WebhookDeleted':
      return null;
    case 'WebhookRedeliveryRequested':
      return before;
    default:
      return unreachable(event);
  }
}

/** The secrets that sign at a moment: the current one, and the one before it until its overlap ends. */
export function signingSecrets({ secret, previousSecret }: Webhook, nowMs: number): readonly SealedSecret[] {
  const overlaps = previousSecret && nowMs < Date.parse(previousSecret.validUntil);
  return overlaps ? [secret, previousSecret] : [secret];
}
