import { EventStoreError, type MaybePromise } from '../../../platform/event-store/event-store.js';
import { StoreUnavailable } from '../../../platform/kernel/store-unavailable.js';
import { VaultError } from '../../../platform/security/vault.js';
import type { KeyText } from '../ports.js';
import { KeysUnreadable, LotToBeLookedAt, ReadableLots } from './readable-lots.js';

const GONE = new VaultError('Erased', 'gone');
const TEXT: KeyText = { text: 'K', serial: null };

function lots(answer: () => MaybePromise<KeyText>) {
  const asked: string[] = [];
  const time = { nowMs: 0 };
  const read = (lot: number, slot: number) => {
    asked.push(`${lot}/${slot}`);
    return answer();
  };
  return { asked, time, readable: new ReadableLots({ read }, () => time.nowMs) };
}

it('a lot is looked at once a minute, whatever is found', () => {
  let isGone = false;
  const { asked, time, readable } = lots(() => {
    if (isGone) throw GONE;
    return TEXT;
  });
  expect(readable.problemOf(1, 5)).toBeNull();
  isGone = true;
  expect(readable.problemOf(1, 6)).toBeNull();
  expect(readable.problemOf(2, 0)).toMatchObject({ cause: GONE });
  isGone = false;
  time.nowMs = 59_999;
  expect(readable.problemOf(2, 0)).toBeInstanceOf(KeysUnreadable);
  time.nowMs = 60_000;
  expect(readable.problemOf(2, 0)).toBeNull();
  expect(asked).toEqual(['1/5', '2/0', '2/0']);
});

it('a lot whose intake is damaged cannot be read', () => {
  const damaged = new EventStoreError('Damaged', 'damaged', 'nothing');
  const { readable } = lots(() => {
    throw damaged;
  });
  expect(readable.problemOf(1, 5)).toMatchObject({ cause: damaged });
});

it('what is answered later is waited for outside, and then known', async () => {
  const { readable } = lots(async () => TEXT);
  let thrown: unknown;
  try {
    readable.problemOf(1, 5);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(LotToBeLookedAt);
  await (thrown as LotToBeLookedAt).looked;
  expect(readable.problemOf(1, 5)).toBeNull();
});

it.each([
  ['data keys', new StoreUnavailable('away')],
  ['log', new EventStoreError('Unavailable', 'away', 'nothing')],
])('an outage of the %s is told and not remembered', (_, outage) => {
  let away = true;
  const { readable } = lots(() => {
    if (away) throw outage;
    return TEXT;
  });
  expect(() => readable.problemOf(1, 5)).toThrow(KeysUnreadable);
  away = false;
  expect(readable.problemOf(1, 5)).toBeNull();
});
