import type { OutboundRequest } from '../../../platform/http/outbound/outbound-http.js';
import { signingSecrets, type Webhook } from '../domain/webhooks.js';
import type { EndpointSecrets } from './endpoint-secrets.js';

/** A body on its way to an endpoint, with the headers of Standard Webhooks. */
export async function signedRequest(
  secrets: EndpointSecrets,
  partner: string,
  webhook: Webhook,
  message: { readonly id: string; readonly body: unknown; readonly nowMs: number },
): Promise<OutboundRequest> {
  const { id, nowMs } = message;
  const body = JSON.stringify(message.body);
  // The header tells whole seconds, and what it tells is what is signed.
  const seconds = Math.floor(nowMs / 1_000);
  const signature = await secrets.sign(partner, signingSecrets(webhook, nowMs), {
    ...{ id, body },
    timestamp: new Date(seconds * 1_000),
  });
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'KeyForge-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signature,
  };
  return { url: webhook.url, headers, body };
}
