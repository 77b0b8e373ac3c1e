import { Injectable } from '@nestjs/common';
import { systemContext } from '../../../platform/execution/system-context.js';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { OutboundHttp } from '../../../platform/http/outbound/outbound-http.js';
import { Clock, isoTime } from '../../../platform/kernel/clock.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { Callback, callbackId, recordAttempt } from '../domain/callback.js';
import { nextAttemptMs } from '../domain/schedule.js';
import { disableWebhook } from '../domain/webhooks.decider.js';
import { type Webhook, Webhooks } from '../domain/webhooks.js';
import type { WarnedOf } from '../events/webhooks.events.js';
import { DISABLE_AFTER_MS } from '../limits.js';
import type { Lane, Work } from '../notices/lane.js';
import { NoticeBodies, type NoticeBody } from '../notices/notice-bodies.js';
import { EndpointSecrets } from '../secrets/endpoint-secrets.js';
import { signedRequest } from '../secrets/signed-request.js';
import { outcomeOf, type SentOutcome } from './test-webhook.js';

const GONE = 410;

export interface Attempted {
  /** False: somebody else recorded this attempt, the endpoint is off, or nobody waited for the answer. */
  readonly recorded: boolean;
  /** Why the endpoint was switched off with this attempt. */
  readonly disabled: WarnedOf | null;
}

/** Sends one message once and records what came of it. */
@Injectable()
export class CallbackAttempts {
  constructor(
    private readonly executor: Executor,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly bodies: NoticeBodies,
    private readonly secrets: EndpointSecrets,
    private readonly outbound: OutboundHttp,
  ) {}

  /** @param signal ends the attempt; what became of it is then not known, so it is not recorded and made again */
  async attempt(lane: Lane, work: Work, signal: AbortSignal): Promise<Attempted> {
    const { webhook: id, partner } = lane;
    const callback = callbackId(id, work.notice.position);
    const context = systemContext(this.ids, 'callbacks', 'process');
    const before = await this.executor.run(context, (tx) => ({
      webhook: tx.load(Webhooks, partner).webhooks.get(id),
      attempts: tx.load(Callback, callback).attempts,
    }));
    if (!before.webhook || before.webhook.disabled) return { recorded: false, disabled: null };
    const body = await this.bodies.of(partner, work.notice);
    const sent = await this.send(partner, before.webhook, body, signal);
    if (signal.aborted) return { recorded: false, disabled: null };
    return this.record(context, { lane, work, callback, body, sent, attempt: before.attempts + 1 });
  }

  private async send(partner: string, webhook: Webhook, body: NoticeBody, signal: AbortSignal) {
    const began = performance.now();
    const nowMs = this.clock.now();
    const request = await signedRequest(this.secrets, partner, webhook, { id: body.id, body, nowMs });
    const outcome = outcomeOf(await this.outbound.post({ ...request, signal }));
    return { ...outcome, tookMs: Math.round(performance.now() - began) };
  }

  private async record(
    context: CommandContext,
    made: {
      readonly lane: Lane;
      readonly work: Work;
      readonly callback: string;
      readonly body: NoticeBody;
      readonly sent: SentOutcome & { readonly tookMs: number };
      readonly attempt: number;
    },
  ): Promise<Attempted> {
    const { lane, work, callback, body, sent, attempt } = made;
    const { webhook, partner } = lane;
    const { delivered, failure, status, tookMs } = sent;
    const chance = Math.random();
    const response =
      sent.response && (await this.secrets.sealResponse(partner, callback, attempt, sent.response));
    return this.executor.run(context, (tx) => {
      const before = tx.load(Callback, callback);
      // Asked for anew while this attempt was under way, it is the first of the new ones.
      const round = Math.min(work.round, before.round) + 1;
      const retryMs = delivered ? null : nextAttemptMs(tx.nowMs, round, chance);
      const events = recordAttempt(before, {
        ...{ webhook, partner, notice: work.notice.position, eventId: body.id, eventType: body.type },
        ...{ attempt, round, outcome: delivered ? 'delivered' : 'failed', failure, status, response, tookMs },
        nextAttempt: retryMs === null ? null : isoTime(retryMs),
      });
      if (events.length === 0) return { recorded: false, disabled: null };
      tx.append(Callback, callback, events);
      const because = delivered ? null : reasonToDisable(status, lane.failingSinceMs, tx.nowMs);
      const { failingSinceMs } = lane;
      const failingSince = failingSinceMs === null ? null : isoTime(failingSinceMs);
      const reason = because && { because, disabledAt: isoTime(tx.nowMs), failingSince };
      const disabling = reason ? disableWebhook(tx.load(Webhooks, partner), webhook, reason) : [];
      tx.append(Webhooks, partner, disabling);
      return { recorded: true, disabled: disabling.length > 0 ? because : null };
    });
  }
}

function reasonToDisable(
  status: number | null,
  failingSinceMs: number | null,
  nowMs: number,
): WarnedOf | null {
  if (status === GONE) return 'gone';
  return failingSinceMs !== null && nowMs - failingSinceMs >= DISABLE_AFTER_MS ? 'failing' : null;
}
