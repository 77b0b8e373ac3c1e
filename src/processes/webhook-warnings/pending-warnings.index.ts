import type { WebhookName, WebhooksEvent } from '../../contexts/webhooks/index.js';
import type { IndexedEvent, IndexKeep } from '../../platform/indexes/local-index.js';
import { DueIndex } from '../../platform/processes/due-index.js';

const keyOf = ({ partner, webhook }: WebhookName): string => `${partner}.${webhook}`;

export function parseWebhook(key: string): WebhookName {
  const dot = key.lastIndexOf('.');
  return { partner: key.slice(0, dot), webhook: Number(key.slice(dot + 1)) };
}

/** Endpoints that were switched off and whose partner is still to be told, by the time of the next attempt. */
export class PendingWarningsIndex extends DueIndex {
  readonly name = 'pending-warnings';
  readonly version = 1;
  readonly categories = ['webhooks'];

  apply({ id: partner, type, data, atMs }: IndexedEvent, keep: IndexKeep): void {
    const key = keyOf({ partner, webhook: data.webhook });
    switch (type as WebhooksEvent['type']) {
      case 'WebhookWarningRequested':
        this.pend(key, () => atMs);
        return;
      case 'WebhookWarningDelayed':
        this.pend(key, () => Date.parse(data.retryAt));
        return;
      case 'WebhookWarningSent':
      case 'WebhookWarningFailed':
      case 'WebhookEnabled':
      case 'WebhookDeleted':
        this.settle(key, keep);
        return;
    }
  }
}
