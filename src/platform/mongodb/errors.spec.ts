import { type BulkWriteResult, MongoBulkWriteError, MongoServerSelectionError } from 'mongodb';
import { DUPLICATE_KEY, isOutage, refusedWrites } from './errors.js';

/** As the driver makes it of an answer that may name both single writes and a lack of journals. */
const bulkError = (concern: { readonly code: number } | null): MongoBulkWriteError =>
  new MongoBulkWriteError(
    { message: 'E11000', code: DUPLICATE_KEY, writeErrors: [{ code: DUPLICATE_KEY }] } as never,
    { getWriteConcernError: () => concern ?? undefined } as unknown as BulkWriteResult,
  );

it('tells the writes of a bulk that were refused', () => {
  expect(refusedWrites(bulkError(null))).toEqual(new Set([DUPLICATE_KEY]));
});

it('says nothing of them when the others may be lost again', () => {
  const error = bulkError({ code: 91 });
  expect(() => refusedWrites(error)).toThrow(error);
  expect(() => refusedWrites(new RangeError('another'))).toThrow(RangeError);
});

it('tells an outage that the driver wraps into the failure of a bulk', () => {
  const outage = new MongoServerSelectionError('nobody is there', { servers: new Map() } as never);
  expect(isOutage(new MongoBulkWriteError(outage, {} as BulkWriteResult))).toBe(true);
  expect(isOutage(bulkError(null))).toBe(false);
});
