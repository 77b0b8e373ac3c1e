import { cidrContains, parseCidr } from './cidr.js';

const contains = (block: string, address: string): boolean => {
  const cidr = parseCidr(block);
  if (!cidr) throw new Error(`${block} is no block`);
  return cidrContains(cidr, address);
};

describe('a CIDR block', () => {
  it('contains the addresses under its prefix and no others', () => {
    expect(contains('10.1.0.0/16', '10.1.255.7')).toBe(true);
    expect(contains('10.1.0.0/16', '10.2.0.0')).toBe(false);
    expect(contains('2001:db8::/32', '2001:db8:1::5')).toBe(true);
    expect(contains('2001:db8::/32', '2001:db9::5')).toBe(false);
    expect(contains('0.0.0.0/0', '198.51.100.1')).toBe(true);
  });

  it('without a prefix is one address', () => {
    expect(contains('192.0.2.7', '192.0.2.7')).toBe(true);
    expect(contains('192.0.2.7', '192.0.2.8')).toBe(false);
  });

  it('takes IPv4 written as IPv6 for IPv4', () => {
    expect(contains('10.0.0.0/8', '::ffff:10.0.0.1')).toBe(true);
  });

  it('contains nothing of the other family and nothing that is no address', () => {
    expect(contains('10.0.0.0/8', '2001:db8::1')).toBe(false);
    expect(contains('10.0.0.0/8', 'localhost')).toBe(false);
    expect(contains('10.0.0.0/8', '')).toBe(false);
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '0x7f000001',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '1.2.3.4.5',
    '::1/129',
  ])('is not written %j', (text) => {
    expect(parseCidr(text)).toBeNull();
  });
});
