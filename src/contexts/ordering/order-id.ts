import { hash } from 'node:crypto';

/** Reference namespaces: sales of every surface share one, so one partner's order is one order everywhere. */
export type ReferenceNamespace = 'sale';

/** Characters of base64url kept of the hash: 192 bits. */
const ID_LENGTH = 32;

/**
 * Id of an order's stream: (scope, namespace, reference) is the idempotency claim. References are compared byte for
 * byte; a SHA-256 of the three keeps stream names short whatever they are.
 */
export function orderId(scope: string, namespace: ReferenceNamespace, reference: string): string {
  const claim = `${scope}\n${namespace}\n${reference}`;
  return hash('sha256', claim, 'base64url').slice(0, ID_LENGTH);
}
