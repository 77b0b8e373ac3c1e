import { hash } from 'node:crypto';

/** Reference namespaces: sales of every surface share one, so one partner's order is one order everywhere. */
export type ReferenceNamespace = 'sale';

/**
 * How an id is made of a claim. `grouped`: ids of references that differ in their last three characters alone begin alike, so that the
 * orders of a partner who counts lie side by side in every store, and a thousand of them share pages that they would each have had
 * to themselves. `scattered`: anywhere. A log keeps the form that it began with: by its id an order that is sent again is
 * found.
 */
export type OrderIdForm = 'scattered' | 'grouped';

/** Characters of base64url kept of hashes: 192 bits. */
const ID_LENGTH = 32;
/** Of these, what a group has in common. */
const GROUP_LENGTH = 6;
const GROUPED_CHARACTERS = 3;

/**
 * Id of an order's stream: (scope, namespace, reference) is the idempotency claim. References are compared byte for
 * byte; SHA-256 of the three keeps stream names short whatever they are.
 */
export function orderId(
  scope: string,
  namespace: ReferenceNamespace,
  reference: string,
  form: OrderIdForm,
): string {
  const claim = `${scope}\n${namespace}\n${reference}`;
  const own = hash('sha256', claim, 'base64url');
  if (form === 'scattered') return own.slice(0, ID_LENGTH);
  const group = hash('sha256', claim.slice(0, -GROUPED_CHARACTERS), 'base64url');
  return group.slice(0, GROUP_LENGTH) + own.slice(0, ID_LENGTH - GROUP_LENGTH);
}
