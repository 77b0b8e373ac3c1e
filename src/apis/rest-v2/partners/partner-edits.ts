import { BadRequestException, ForbiddenException } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/tokens.js';
import type { AccessBody, UpdatePartnerBody } from './partners.dto.js';

/** How a client is presented, and when it is warned: what managers change themselves. Money, credentials and status are for admins. */
const FOR_MANAGERS: readonly string[] = [
  'name',
  'logo_url',
  'support_email',
  'language',
  'balance_alert_below',
];

/** @throws 403 naming the first field that is not for the caller's role. */
export function assertMayEdit({ role }: Principal, body: UpdatePartnerBody): void {
  if (role !== 'manager') return;
  const given = Object.entries(body).filter(([, value]) => value !== undefined);
  const forbidden = given.find(([field]) => !FOR_MANAGERS.includes(field));
  if (forbidden) throw new ForbiddenException(`Forbidden: your role may not change ${forbidden[0]}`);
}

/** A body without either, such as one that got lost on its way, would take everything from the partner. @throws 400 */
export function assertSaysAccess({ all_products: all, product_ids: products }: AccessBody): void {
  if (all === undefined && products === undefined)
    throw new BadRequestException('product_ids: must be given, or all_products');
}
