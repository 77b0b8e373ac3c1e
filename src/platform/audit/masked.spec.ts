import { Map as Keyed, List } from 'immutable';
import { NewestMap } from '../kernel/newest-map.js';
import { masked } from './masked.js';

const SEALED = 'v1.01900000-0000-7000-8000-00000000000a.bm9uY2U.Y2lwaGVydGV4dA_-';

it.each<[string, unknown, unknown]>([
  ['a ciphertext', { text: SEALED }, { text: '***' }],
  ['a ciphertext in a list', [SEALED, 'open'], ['***', 'open']],
  ['a password', { passwordHash: '$2b$10$x' }, { passwordHash: '***' }],
  ['hashes, whatever they are', { hashes: { plain: 'x' } }, { hashes: '***' }],
  ['a fingerprint', { fingerprint: 'x', lastFour: 'y' }, { fingerprint: '***', lastFour: '***' }],
  ['a refresh token', { refreshHash: 'x' }, { refreshHash: '***' }],
  ['an e-mail address', { to: 'john.doe@shop.example.com' }, { to: 'j***@shop.example.com' }],
  ['an e-mail address in a text', 'ask a.b+c@d.az now', 'ask a***@d.az now'],
  ['an e-mail address as a name', new Map([['me@x.az', 1]]), { 'm***@x.az': 1 }],
  ['bytes', { raw: Buffer.from('secret') }, { raw: '***' }],
])('hides %s', (_, value, shown) => expect(masked(value)).toEqual(shown));

it.each<[string, unknown, unknown]>([
  ['amounts', { posted: 150n }, { posted: '150' }],
  ['maps and sets', { m: new Map([['a', new Set([1, 2])]]) }, { m: { a: [1, 2] } }],
  ['maps of aggregates', { k: NewestMap.of([['a', 1n]]) }, { k: { a: '1' } }],
  ['immutable collections', { k: Keyed([['a', 1n]]), l: List([true]) }, { k: { a: '1' }, l: [true] }],
  [
    'what is no secret',
    { a: null, b: false, c: 'v1.0 is out', d: 'me @ home' },
    { a: null, b: false, c: 'v1.0 is out', d: 'me @ home' },
  ],
  [
    'that a secret is not there',
    { passwordHash: null, token: '', hasTotp: true },
    { passwordHash: null, token: '', hasTotp: true },
  ],
])('shows %s', (_, value, shown) => expect(masked(value)).toEqual(shown));

it('takes linear time for a hostile text', () => {
  // Processor time: a busy machine takes longer for the same.
  const started = process.cpuUsage();
  masked(`${'a'.repeat(300_000)}@`);
  masked('a@'.repeat(100_000));
  masked(`x@${'a.'.repeat(100_000)}`);
  const { user, system } = process.cpuUsage(started);
  expect(user + system).toBeLessThan(1_000_000);
});

it('ends with what refers to itself', () => {
  const circle: Record<string, unknown> = {};
  circle.again = circle;
  expect(JSON.stringify(masked(circle))).toContain('***');
});
