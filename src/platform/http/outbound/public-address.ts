import ipaddr from 'ipaddr.js';
import { type Cidr, cidrContains } from '../../config/cidr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

const rangesOf = (texts: readonly string[]): Range[] => texts.map((text) => ipaddr.parseCIDR(text));

/** What IANA set aside, beyond what the address library knows by name. */
const SET_ASIDE = rangesOf([
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
]);
/** The only IPv6 addresses that the public internet routes. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/** An IPv4 address in IPv6's clothes is the IPv4 address that the connection would reach. */
function unwrapped(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

const isIn = (address: Address, [network, bits]: Range): boolean =>
  address.kind() === network.kind() && address.match(network as never, bits);

function isPublic(address: Address): boolean {
  if (address instanceof ipaddr.IPv6 && !address.match(GLOBAL_IPV6)) return false;
  return address.range() === 'unicast' && !SET_ASIDE.some((range) => isIn(address, range));
}

/**
 * Whether requests may be sent to an address: those of the public internet, and the ranges that the operator allows.
 * An allow-list, so that what is set aside one day is not reached by having been forgotten here.
 */
export class AddressPolicy {
  /** @param allowed ranges that may be reached although they are private */
  constructor(private readonly allowed: readonly Cidr[] = []) {}

  allows(text: string): boolean {
    // A zone names an interface of this machine: no address of the public internet has one.
    if (!ipaddr.isValid(text) || text.includes('%')) return false;
    const address = unwrapped(ipaddr.parse(text));
    return isPublic(address) || this.allowed.some((range) => cidrContains(range, address.toString()));
  }
}
