import ipaddr from 'ipaddr.js';

/** A block of IP addresses, or a single one. */
export interface Cidr {
  /** As it was written. */
  readonly text: string;
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  readonly prefixBits: number;
}

/** Old forms such as `127.1` and `0x7f000001` are refused: they are read differently elsewhere. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (text.includes(':') && ipaddr.IPv6.isValid(text)) return ipaddr.process(text);
  return null;
}

/** Parses `192.0.2.7`, `10.0.0.0/8` or `2001:db8::/32`; null if the text is not one of these. */
export function parseCidr(text: string): Cidr | null {
  const [addressText = '', bitsText, ...rest] = text.split('/');
  const address = parseAddress(addressText);
  if (!address || rest.length > 0) return null;
  const maximum = address.kind() === 'ipv4' ? 32 : 128;
  if (bitsText === undefined) return { text, address, prefixBits: maximum };
  if (!/^\d{1,3}$/.test(bitsText) || Number(bitsText) > maximum) return null;
  return { text, address, prefixBits: Number(bitsText) };
}

/** Whether an address lies in the block. IPv4 written as IPv6 (`::ffff:10.0.0.1`) is IPv4; no address is false. */
export function cidrContains(cidr: Cidr, addressText: string): boolean {
  const address = parseAddress(addressText);
  return (
    address !== null && address.kind() === cidr.address.kind() && address.match(cidr.address, cidr.prefixBits)
  );
}
