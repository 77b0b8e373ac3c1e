import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { logFolder } from '../../../../src/composition/engines.js';
import { EmbeddedEventStore } from '../../../../src/platform/event-store/embedded/embedded-event-store.js';
import { openEnvironment } from '../../../../src/platform/lmdb/environment.js';
import { EmbeddedReadStore } from '../../../../src/platform/read-store/embedded/embedded-read-store.js';
import { compareWithFreshFold, manifestOf } from '../../nodes/fresh-fold.js';
import type { Findings } from './findings.js';

export const FOLDED = 'read models are what the log makes anew';
export const INDEXED = 'indexes are what the log makes anew';

/** Made from the log, by a start that does not find them. */
const DERIVED = ['indexes', 'documents', 'snapshots'];

export interface DerivedOptions {
  /** Of a server that has stopped. */
  readonly dataDir: string;
  /** Where the copy goes, and what is folded anew. */
  readonly beside: (name: string) => string;
  /** Starts the product on a data directory, and stops it. */
  readonly startOnce: (dataDir: string) => Promise<void>;
}

/** Has indexes and read models made anew from the log, and compares: one that has missed an event lacks it for good. */
export async function auditDerived(findings: Findings, options: DerivedOptions): Promise<void> {
  const { dataDir, beside, startOnce } = options;
  const copy = beside('made-anew');
  const isKept = (path: string): boolean => !DERIVED.some((name) => path === join(dataDir, name));
  cpSync(dataDir, copy, { recursive: true, filter: isKept });
  await startOnce(copy);
  const [found, anew] = [await entriesOf(dataDir), await entriesOf(copy)];
  for (const key of new Set([...found.keys(), ...anew.keys()])) {
    const [is, shouldBe] = [found.get(key), anew.get(key)];
    findings.check(
      INDEXED,
      isDeepStrictEqual(is, shouldBe),
      () => `${key}: ${show(is)} for ${show(shouldBe)}`,
    );
  }
  const directory = beside('fresh-fold');
  mkdirSync(directory);
  const events = EmbeddedEventStore.open({ directory: logFolder(dataDir) });
  const documents = EmbeddedReadStore.open({ directory: join(dataDir, 'documents') });
  const { collections } = await manifestOf(documents);
  for (const name of Object.values(collections)) await documents.openCollection({ name });
  const compared = await compareWithFreshFold({ events, documents, namespace: 'kf', directory });
  await Promise.all([documents.close(), events.close()]);
  for (const { projection, documents: count, differing } of compared) {
    findings.check(FOLDED, differing.length === 0, () => {
      const some = differing.slice(0, 5).join(', ');
      return `${projection}: ${differing.length} of ${count}, such as ${some}`;
    });
  }
}

/** All entries of the indexes, with how far the log is folded into them. */
async function entriesOf(dataDir: string): Promise<Map<string, unknown>> {
  const path = join(dataDir, 'indexes');
  const root = openEnvironment<unknown, string>({ path, noSubdir: false, encoding: 'json', readOnly: true });
  const entries = new Map([...root.getRange()].map(({ key, value }) => [key, value] as const));
  await root.close();
  return entries;
}

const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 200);
