import { type OrderIdForm, orderId } from './order-id.js';

const PARTNER = '0198a8f2-0000-7000-8000-000000000001';
const id = (reference: string, form: OrderIdForm = 'grouped'): string =>
  orderId(PARTNER, 'sale', reference, form);
const group = (reference: string): string => id(reference).slice(0, 6);

it('is for ever the same', () => {
  expect(id('PAY-2026-0001', 'scattered')).toBe('_1TSEAivbzR6yP25cAj_FeK6dTkeHBDi');
  expect(id('PAY-2026-0001', 'grouped')).toBe('EUGpm-_1TSEAivbzR6yP25cAj_FeK6dT');
});

it('keeps the orders of somebody who counts together, and apart from all others', () => {
  const near = Array.from({ length: 1000 }, (_, number) => `PAY-${2_345_000 + number}`);
  expect(new Set(near.map(group)).size).toBe(1);
  expect(new Set(near.map((reference) => id(reference))).size).toBe(near.length);
  expect(group('PAY-2346000')).not.toBe(group(near[0]!));
  expect(orderId('another', 'sale', near[0]!, 'grouped').slice(0, 6)).not.toBe(group(near[0]!));
});

it.each(['', '1', '12', '123', '1234', '\ud800', 'ä'.repeat(200)])('takes the reference %j', (reference) => {
  expect(id(reference)).toMatch(/^[\w-]{32}$/);
});
