import { MongoNetworkError } from 'mongodb';
import { StoreUnavailable } from '../kernel/store-unavailable.js';
import { tellingOutages } from './telling-outages.js';

const store = tellingOutages(
  {
    answers: async (value: number) => value,
    breaks: () => Promise.reject(new MongoNetworkError('connection 1 closed')),
    fails: () => Promise.reject(new RangeError('no outage')),
    hangs: () => new Promise<void>(() => undefined),
    asksMuch: () => new Promise<string>((resolve) => void setTimeout(() => resolve('done'), 60)),
    name: 'orders',
  },
  20,
  ['asksMuch'],
);

it('passes on what a store answers, and what is no answer', async () => {
  expect([await store.answers(7), store.name]).toEqual([7, 'orders']);
});

it('tells an outage by the error of the driver', async () => {
  await expect(store.breaks()).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(store.fails()).rejects.toBeInstanceOf(RangeError);
});

it('gives up a call that the driver never settles', () =>
  expect(store.hangs()).rejects.toBeInstanceOf(StoreUnavailable));

it('waits for what asks many questions', () => expect(store.asksMuch()).resolves.toBe('done'));
