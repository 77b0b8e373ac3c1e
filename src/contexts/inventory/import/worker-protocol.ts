import type { KeyFileOptions, KeySource } from './key-file.js';

/**
 * What the importing thread asks of its worker: a method of {@link KeySource}, answered under the same
 * number.
 */
export interface WorkerRequest {
  readonly number: number;
  readonly method: keyof KeySource;
  readonly args: readonly unknown[];
}

export interface WorkerAnswer {
  readonly number: number;
  readonly result?: unknown;
  /** Message of an error; messages never hold a line of the file. */
  readonly error?: string;
}

/** A worker's `workerData`. */
export type WorkerOptions = KeyFileOptions;
