import { createHash } from 'node:crypto';

/** Reference namespaces: sales of every surface share one, so one partner's order is one order everywhere. */
export type ReferenceNamespace = 'sale';

/**
 * Id of an order's stream: (scope, namespace, reference) is the idempotency claim. References are compared byte for
 * byte; their SHA-256 keeps stream names short.
 */
export function orderId(scope: string, namespace: ReferenceNamespace, reference: string): string {
  const hash = createHash('sha256').update(reference, 'utf8').digest('base64url').slice(0, 32);
  return `${scope}-${namespace}-${hash}`;
}
