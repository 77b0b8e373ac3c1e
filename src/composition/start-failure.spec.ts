import { EventStoreError } from '../platform/event-store/event-store.js';
import { StoreUnavailable } from '../platform/kernel/store-unavailable.js';
import { startFailure } from './start-failure.js';

it.each([
  new StoreUnavailable('there is no space left in /data/keys'),
  new EventStoreError('StorageFull', 'there is no space left for the log', 'nothing'),
])('a disk that is full is said without a stack: %s', (error) => {
  expect(startFailure(error)).toEqual({ code: 69, text: error.message });
});

it('a disk that is full while the first files are made is said without a stack', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(startFailure(error)).toEqual({
    code: 69,
    text: 'the disk of DATA_DIR is full (ENOSPC: no space left on device, write): make room and start again',
  });
});

it('a bug is said with its stack', () => {
  const error = new TypeError('undefined is not a function');
  expect(startFailure(error)).toEqual({ code: 70, text: error.stack });
});
