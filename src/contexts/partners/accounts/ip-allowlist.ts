import { type Cidr, cidrContains, parseCidr } from '../../../platform/config/cidr.js';
import type { PartnerState } from '../domain/partner.js';

/** Parsed lists by the stored list, which is the same object for as long as it does not change. */
const parsed = new WeakMap<readonly string[], readonly Cidr[]>();

/** Whether every entry is an address or a CIDR range. */
export const areIpRanges = (ranges: readonly string[]): boolean =>
  ranges.every((range) => parseCidr(range) !== null);

/** Whether the partner may be called from this address. An empty list allows every address. */
export function checkIp(partner: Pick<PartnerState, 'ipAllowlist'>, ip: string): boolean {
  const { ipAllowlist } = partner;
  if (ipAllowlist.length === 0) return true;
  let ranges = parsed.get(ipAllowlist);
  if (!ranges) {
    ranges = ipAllowlist.map(parseCidr).filter((range) => range !== null);
    parsed.set(ipAllowlist, ranges);
  }
  return ranges.some((range) => cidrContains(range, ip));
}
