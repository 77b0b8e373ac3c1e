import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CommandContext, Executor } from '../../../platform/execution/transaction.js';
import type { Clock } from '../../../platform/kernel/clock.js';
import type { StoredMoney } from '../../../platform/kernel/money.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { FingerprintIndex } from '../indexes/fingerprint-index.js';
import {
  type IntakeTerms,
  intakeTerms,
  type KeyPreparers,
  type TermsRejection,
} from '../intake/intake-terms.js';
import type { KeyIntake } from '../intake/key-intake.js';
import { IMPORT_BATCHES } from '../limits.js';
import { DUPLICATE, ErrorFile } from './error-file.js';
import type { FileBatch, KeyFileOptions, KeySource } from './key-file.js';
import { Pace } from './pace.js';

/** Counts of one run; its result also has what an earlier run listed. Rows are the file's lines but its header and empty ones. */
export interface ImportProgress {
  /** Rows dealt with: the sum of the four below. */
  readonly rows: number;
  readonly added: number;
  readonly duplicates: number;
  readonly invalid: number;
  /** Rows that an earlier run of the same file had settled; of a result those that it added, as far as its list of errors is there. */
  readonly settledBefore: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface ImportResult extends ImportProgress {
  /** Where the rows that were not taken in are listed; null if there are none. */
  readonly errorFile: string | null;
}

export interface ImportRequest {
  /** A CSV file: key_text, serial_number, expires_at; with a header in any order. */
  readonly path: string;
  /** UUID. */
  readonly packageId: string;
  readonly context: CommandContext;
  /** What one key cost; absent: what the package says, null: unknown. */
  readonly unitCost?: StoredMoney | null;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops after the batches under way; what they took in stays, and the next run goes on from there. */
  readonly signal?: AbortSignal;
}

export interface KeyImporterOptions {
  readonly executor: Executor;
  readonly intake: KeyIntake;
  readonly index: FingerprintIndex;
  readonly preparers: KeyPreparers;
  readonly clock: Clock;
  /** Resolves when the index reflects everything that is in the log now. */
  readonly caughtUp: () => Promise<void>;
  /** Opens a file, in this thread or another. */
  readonly openSource: (options: KeyFileOptions) => KeySource;
  /** Whether customers are buying at the moment: they go before an import. */
  readonly isSelling?: () => boolean;
}

/**
 * `ImportRunning`: the same file, or its content into the same package, is being imported by this process. `ColumnsUnknown`: the first
 * line neither names `key_text` nor is a row.
 */
export type ImportRejection = TermsRejection | 'ImportRunning' | 'ColumnsUnknown';

/** One run under way. */
interface Run {
  readonly request: ImportRequest;
  readonly terms: IntakeTerms;
  readonly importId: string;
  readonly source: KeySource;
  readonly errors: ErrorFile;
  readonly counts: { -readonly [Name in keyof ImportProgress]: number };
}

/**
 * Takes the keys of a CSV file in. Memory does not grow with the file. The lots name the import (the file's
 * content and the package) and the lines that they settle, so a run that was cut off, or the same file again,
 * goes on behind them.
 */
export class KeyImporter {
  /** Ids of the imports under way, and their files: two packages at once would share the file of errors. */
  private readonly running = new Set<string>();

  constructor(private readonly options: KeyImporterOptions) {}

  /** @throws when the file cannot be read, the store does not answer, or `signal` aborted. */
  async run(request: ImportRequest): Promise<ImportResult | Rejection<ImportRejection>> {
    const { executor, preparers, clock, openSource } = this.options;
    const { path, packageId, context } = request;
    const terms = await intakeTerms(executor, context, packageId, request.unitCost);
    if (isRejection(terms)) return terms;
    const preparer = preparers.options(terms.format);
    const source = openSource({ path, packageId, preparer, nowMs: clock.now() });
    try {
      const { importId, totalBytes, tellsColumns } = await source.identify();
      if (!tellsColumns) return reject('ColumnsUnknown');
      const taken = [importId, `path ${await placeOf(path)}`];
      if (taken.some((name) => this.running.has(name))) return reject('ImportRunning');
      for (const name of taken) this.running.add(name);
      try {
        return await this.runSource({ request, terms, importId, source }, totalBytes);
      } finally {
        for (const name of taken) this.running.delete(name);
      }
    } finally {
      await source.close();
    }
  }

  private async runSource(
    run: Omit<Run, 'errors' | 'counts'>,
    totalBytes: number,
  ): Promise<ImportResult | Rejection<ImportRejection>> {
    // What an earlier run stored a moment ago would be taken for duplicates.
    await this.options.caughtUp();
    const settled = this.options.index.settledLines(run.importId);
    await run.source.begin(settled);
    const errors = await ErrorFile.open(run.request.path, run.importId, settled);
    const counts = { rows: 0, added: 0, duplicates: 0, invalid: 0, settledBefore: 0, bytes: 0, totalBytes };
    try {
      await this.takeAll({ ...run, errors, counts });
    } catch (thrown) {
      if (isRejection(thrown)) return thrown as Rejection<ImportRejection>;
      throw thrown;
    } finally {
      await errors.close();
    }
    return { ...ofFile(counts, errors.kept), errorFile: errors.exists ? errors.path : null };
  }

  /** A few batches at a time, one while customers buy; the next one is being read meanwhile. */
  private async takeAll(run: Run): Promise<void> {
    const underWay = new Set<Promise<void>>();
    const failures: unknown[] = [];
    const pace = new Pace({ isSelling: this.options.isSelling });
    try {
      while (failures.length === 0) {
        run.request.signal?.throwIfAborted();
        const batch = await run.source.next();
        if (!batch) break;
        const taking = this.take(run, batch)
          .catch((error: unknown) => failures.push(error))
          .then(() => {
            underWay.delete(taking);
          });
        underWay.add(taking);
        const batches = pace.isSelling() ? 1 : IMPORT_BATCHES;
        while (underWay.size >= batches) await Promise.race(underWay);
        await pace.pause();
      }
    } finally {
      await Promise.all(underWay);
    }
    if (failures.length > 0) throw failures[0];
  }

  private async take(run: Run, batch: FileBatch): Promise<void> {
    const { request, terms, source, counts, errors } = run;
    const report = new BatchReport(batch, errors);
    let added = 0;
    if (batch.fingerprints.length > 0) {
      const taken = await this.options.intake.takeIn(request.context, {
        packageId: request.packageId,
        unitCost: terms.unitCost,
        fingerprintRule: terms.fingerprintRule,
        import: { id: run.importId, fromLine: batch.fromLine, toLine: batch.toLine },
        batch: {
          fingerprints: batch.fingerprints,
          otherFingerprints: () => source.otherFingerprints(batch.number),
          seal: async (chosen, lot) => {
            await report.write(chosen);
            return source.seal(batch.number, chosen, lot);
          },
        },
      });
      if (isRejection(taken)) throw taken;
      added = taken.added.length;
      await report.write(taken.added);
    } else {
      await report.write([]);
    }
    await source.release(batch.number);
    const duplicates = batch.fingerprints.length - added;
    counts.added += added;
    counts.duplicates += duplicates;
    counts.invalid += batch.invalid.length;
    counts.settledBefore += batch.settledBefore;
    counts.rows += added + duplicates + batch.invalid.length + batch.settledBefore;
    counts.bytes = Math.max(counts.bytes, batch.bytes);
    request.onProgress?.({ ...counts });
  }
}

/** Of a file and what lies beside it, whichever way leads to its folder. */
const placeOf = async (path: string): Promise<string> => join(await realpath(dirname(path)), basename(path));

/** The counts of a run with what an earlier run had listed: rows that it settled are added ones then, as far as its list is there. */
function ofFile(counts: ImportProgress, kept: ErrorFile['kept']): ImportProgress {
  const { invalid, duplicates } = kept;
  return {
    ...counts,
    invalid: counts.invalid + invalid,
    duplicates: counts.duplicates + duplicates,
    settledBefore: Math.max(0, counts.settledBefore - invalid - duplicates),
  };
}

/**
 * Reports what of a batch is not taken in, each line once. It is in the file before the lot that settles the
 * lines is stored: a run that goes on later does not look at them again.
 */
class BatchReport {
  private readonly reported = new Set<number>();

  constructor(
    private readonly batch: FileBatch,
    private readonly errors: ErrorFile,
  ) {}

  write(added: readonly number[]): Promise<void> {
    const kept = new Set(added);
    const duplicates = this.batch.lines.filter((_, index) => !kept.has(index));
    const entries: (readonly [number, string])[] = [
      ...this.batch.invalid,
      ...duplicates.map((line) => [line, DUPLICATE] as const),
    ];
    const news = entries.filter(([line]) => !this.reported.has(line)).sort((a, b) => a[0] - b[0]);
    for (const [line] of news) this.reported.add(line);
    return this.errors.write(news);
  }
}
