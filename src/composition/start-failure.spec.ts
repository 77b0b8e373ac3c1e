import { EventStoreError } from '../platform/event-store/event-store.js';
import { StoreUnavailable } from '../platform/kernel/store-unavailable.js';
import { startFailure } from './start-failure.js';

it.each([
  new StoreUnavailable('there is no space left in /data/keys'),
  new EventStoreError('StorageFull', 'there is no space left for the log', 'nothing'),
])('a disk that is full is said without a stack: %s', (error) => {
  expect(startFailure(error)).toEqual({ code: 69, text: error.message });
});

it('a bug is said with its stack', () => {
  const error = new TypeError('undefined is not a function');
  expect(startFailure(error)).toEqual({ code: 70, text: error.stack });
});
