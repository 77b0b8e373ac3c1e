import type { WarningSender } from '../../contexts/webhooks/index.js';
import { systemContext } from '../../platform/execution/system-context.js';
import type { Ids } from '../../platform/kernel/ids.js';
import type { Process } from '../../platform/processes/process.js';
import { type PendingWarningsIndex, parseWebhook } from './pending-warnings.index.js';

const CONCURRENCY = 4;

/** Mails partners whose endpoints were switched off by the product. */
export class WebhookWarnings implements Process {
  readonly name = 'webhook-warnings';
  readonly concurrency = CONCURRENCY;

  constructor(
    readonly index: PendingWarningsIndex,
    private readonly sender: WarningSender,
    private readonly ids: Ids,
  ) {}

  async run(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const context = systemContext(this.ids, this.name, this.name);
      await this.sender.advance(context, parseWebhook(key), Math.random());
    }
  }
}
