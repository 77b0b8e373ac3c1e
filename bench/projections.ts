import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECTIONS } from '../projections/all.js';
import { logFolder } from '../src/composition/engines.js';
import { UPCASTERS } from '../src/composition/projecting.js';
import { EmbeddedEventStore } from '../src/platform/event-store/embedded/embedded-event-store.js';
import { ProjectionRunner } from '../src/platform/projections/projection-runner.js';
import { ReadModels } from '../src/platform/projections/read-models.js';
import { EmbeddedReadStore } from '../src/platform/read-store/embedded/embedded-read-store.js';
import { median } from './figures.js';

export interface ProjectionFigures {
  readonly events: number;
  /** Reading the log and parsing every event's data, and nothing else. */
  readonly parsedPerSecond: number;
  /** All read models from an empty folder, in one pass. */
  readonly foldedPerSecond: number;
  readonly foldedRatio: number;
  readonly worstFoldedRatio: number;
  /** `projections rebuild orders`, the read model with the largest documents. */
  readonly rebuiltPerSecond: number;
  readonly rebuiltRatio: number;
  readonly worstRebuiltRatio: number;
  /** User and system time of folding all read models, microseconds for each sale of the log. */
  readonly cpuPerSaleMicros: number;
}

const PAGE_EVENTS = 1000;
const WAIT_MS = 600_000;
const REBUILT = 'orders';

interface Round {
  readonly parsed: number;
  readonly folded: number;
  readonly rebuilt: number;
  readonly cpuMicros: number;
}

/**
 * How fast the log becomes read models, against reading and parsing the same log in the same round. `dataDir`: one whose
 * server has stopped; its read models stay as they are.
 */
export async function measureProjections(
  dataDir: string,
  { rounds, sales }: { readonly rounds: number; readonly sales: number },
): Promise<ProjectionFigures> {
  const log = EmbeddedEventStore.open({ directory: logFolder(dataDir) });
  try {
    const events = parseAll(log);
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) measured.push(await measureRound(log, dataDir, events));
    const folded = measured.map((one) => one.folded / one.parsed);
    const rebuilt = measured.map((one) => one.rebuilt / one.parsed);
    return {
      events,
      parsedPerSecond: median(measured.map((one) => one.parsed)),
      foldedPerSecond: median(measured.map((one) => one.folded)),
      foldedRatio: median(folded),
      worstFoldedRatio: Math.min(...folded),
      rebuiltPerSecond: median(measured.map((one) => one.rebuilt)),
      rebuiltRatio: median(rebuilt),
      worstRebuiltRatio: Math.min(...rebuilt),
      cpuPerSaleMicros: median(measured.map((one) => one.cpuMicros)) / sales,
    };
  } finally {
    await log.close();
  }
}

function parseAll(log: EmbeddedEventStore): number {
  let events = 0;
  for (let after = 0n; ; ) {
    const page = log.readAll(after, PAGE_EVENTS);
    if (page.length === 0) return events;
    for (const { data } of page) JSON.parse(data.toString());
    events += page.length;
    after = page.at(-1)!.position;
  }
}

async function measureRound(log: EmbeddedEventStore, dataDir: string, events: number): Promise<Round> {
  const directory = join(dataDir, 'bench-documents');
  const documents = EmbeddedReadStore.open({ directory });
  const models = new ReadModels(documents);
  const runner = new ProjectionRunner({
    ...{ events: log, documents, models, projections: PROJECTIONS, upcasters: UPCASTERS, namespace: 'kf' },
    onError: (error) => {
      throw error;
    },
  });
  const perSecond = async (work: () => unknown): Promise<number> => {
    const startedAt = performance.now();
    await work();
    return events / ((performance.now() - startedAt) / 1000);
  };
  const parsed = await perSecond(() => parseAll(log));
  const before = process.cpuUsage();
  const folded = await perSecond(async () => {
    await runner.start();
    if (!(await models.waitFor(log.headPosition(), WAIT_MS))) throw new Error('the fold did not end');
  });
  const { user, system } = process.cpuUsage(before);
  const rebuilt = await perSecond(() => runner.rebuild([REBUILT]));
  await runner.stop();
  await documents.close();
  rmSync(directory, { recursive: true });
  return { parsed, folded, rebuilt, cpuMicros: user + system };
}
