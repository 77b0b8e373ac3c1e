import { Labels } from './labels.js';
import { recordSteps, withPriceOff } from './steps.js';

const [ONE, OTHER, ALONE, LOOSE] = ['a', 'b', 'c', 'd'].map(
  (digit) => `01900000-0000-7000-8000-00000000000${digit}`,
);
const ORDERS = ['Zx3_k-9QpLw0aVn2MdRt7uYbCe5fGh1J', 'A'.repeat(32)] as const;

/** How an order of one wallet reads, in a run that drew these ids. */
function read(wallet: string, order: string, loose: string, amount: string, tag: string): string {
  const labels = new Labels();
  labels.nameStream(`wallet-${wallet}.main.AZN`);
  labels.nameStream(`partner-${wallet}`);
  labels.nameStream(`order-${order}`);
  labels.begin();
  return labels.text({
    partner: wallet,
    hold: `sale:${order}:1`,
    amount,
    loose,
    key: `v1.${loose}.nonce.${tag}`,
  });
}

it('reads the same whatever ids and ciphertexts a run drew', () => {
  const one = read(ONE!, ORDERS[0], ALONE!, '100', 'abcd');
  expect(read(OTHER!, ORDERS[1], LOOSE!, '100', 'wxyz')).toBe(one);
  expect(one).toBe(
    '{"amount":"100","hold":"sale:order#0000001:1","key":"sealed 4","loose":"id#1","partner":"partner#0000001"}',
  );
});

it('tells amounts, references to others and the length of sealed texts apart', () => {
  const one = read(ONE!, ORDERS[0], ALONE!, '100', 'abcd');
  expect(read(ONE!, ORDERS[0], ALONE!, '101', 'abcd')).not.toBe(one);
  expect(read(ONE!, ORDERS[0], ONE!, '100', 'abcd')).not.toBe(one);
  expect(read(ONE!, ORDERS[0], ALONE!, '100', 'abcde')).not.toBe(one);
});

it('records the same commands for a seed, and one price off where that is asked for', () => {
  const steps = recordSteps(7, 500);
  expect(steps).toHaveLength(500);
  expect(recordSteps(7, 500)).toEqual(steps);
  const differing = withPriceOff(steps).filter((step, index) => step !== steps[index]);
  expect(differing).toEqual([expect.objectContaining({ do: 'package' })]);
});
