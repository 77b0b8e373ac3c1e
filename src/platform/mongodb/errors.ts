import { MongoServerError } from 'mongodb';

export const DUPLICATE_KEY = 11_000;
const COLLECTION_EXISTS = 48;
export const FAILED_VALIDATION = 121;

export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === DUPLICATE_KEY;

/** Whether a collection's validator refused a document. */
export const isFailedValidation = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === FAILED_VALIDATION;

/** Whether a collection could not be made because it is there already. */
export const isExisting = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === COLLECTION_EXISTS;
