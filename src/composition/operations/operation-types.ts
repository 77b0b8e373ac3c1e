import type { Verified } from '../../platform/projections/verification.js';
import type { DemoLoaded } from '../demo/load-demo.js';
import type { DemoRemoved } from '../demo/remove-demo.js';

/** How far a long operation is, in units of its own (`total` 0: unknown). */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** Counts worth showing beside the bar. */
  readonly detail?: string;
}

export interface LogVerified {
  readonly events: number;
  readonly streams: number;
  /** Positions as decimal strings. */
  readonly problems: readonly {
    readonly position: string;
    readonly stream: string;
    readonly problem: string;
  }[];
}

export interface BackupTaken {
  /** The last event in it. */
  readonly position: string;
  readonly madeAt: string;
  readonly files: number;
  readonly bytes: number;
}

export interface KeysImported {
  readonly rows: number;
  readonly added: number;
  readonly duplicates: number;
  readonly invalid: number;
  readonly settledBefore: number;
  /** Path of the list of rows that were not taken in. */
  readonly errorFile: string | null;
}

export interface ProjectionView {
  readonly name: string;
  readonly version: number;
  readonly collection: string | null;
  readonly documents: number;
  /** Whether it is being folded anew at the moment. */
  readonly isFoldedAnew: boolean;
}

export interface ProjectionsCompared {
  readonly projections: readonly Verified[];
  readonly seconds: number;
}

type Nothing = Record<string, never>;

/** What the command line asks of the product, through the control socket or in its own process. All JSON values. */
export interface OperationTypes {
  /** Of a data directory that no server uses. Positions as decimal strings: the log's end, and up to where another one was followed. */
  'accept-log': { params: Nothing; result: { readonly position: string; readonly known: string } };
  'demo-load': { params: Nothing; result: DemoLoaded };
  'demo-remove': { params: Nothing; result: DemoRemoved };
  'reset-password': { params: { login: string }; result: { login: string; password: string } };
  'rotate-master-key': {
    /** The next key's text; null: made up, where the key is a file of the data directory. */
    params: { nextKey: string | null };
    result: { dataKeys: number };
  };
  /** `folder` is absolute, and empty or not there. */
  backup: { params: { folder: string }; result: BackupTaken };
  /** Into an empty data directory that no server uses. */
  restore: { params: { folder: string }; result: BackupTaken & { readonly events: number } };
  /** Format numbers; null where that engine is not in use. */
  migrate: { params: Nothing; result: { dataDirectory: number; mongodb: number | null } };
  verify: { params: Nothing; result: LogVerified };
  'import-keys': {
    /** `path` is absolute; `package` is a UUID or the number that the APIs show. */
    params: { path: string; package: string };
    result: KeysImported;
  };
  'projections-list': {
    params: Nothing;
    result: {
      readonly position: string;
      readonly head: string;
      readonly lagEvents: number;
      readonly lagSeconds: number;
      readonly projections: readonly ProjectionView[];
    };
  };
  /** `name` null: all of them, in one pass over the log. */
  'projections-rebuild': {
    params: { name: string | null };
    /** Events of the log that were read. */
    result: {
      readonly projections: readonly string[];
      readonly events: number;
      readonly seconds: number;
    };
  };
  'projections-verify': { params: { name: string | null }; result: ProjectionsCompared };
}

export type OperationName = keyof OperationTypes;

export type Operation<N extends OperationName> = (
  params: OperationTypes[N]['params'],
  emit: (progress: Progress) => void,
  /** Aborted when whoever asked is gone. */
  signal: AbortSignal,
) => Promise<OperationTypes[N]['result']>;

export type Operations = { readonly [N in OperationName]: Operation<N> };

/** The operation cannot be done as asked. The message is for the operator. */
export class OperationRefused extends Error {
  readonly code = 'Refused';

  constructor(message: string) {
    super(message);
    this.name = 'OperationRefused';
  }
}
