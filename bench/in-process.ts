import { pathToFileURL } from 'node:url';
import { CommandBus } from '@nestjs/cqrs';
import { open } from 'lmdb';
import { startApp } from '../src/composition/start.js';
import { projectionWorkerAt } from '../src/composition/worker-entries.js';
import { BuyKey } from '../src/contexts/ordering/index.js';
import { AccountIndex } from '../src/contexts/partners/index.js';
import { loadSettings } from '../src/platform/config/settings.js';
import { SystemIds } from '../src/platform/kernel/ids.js';
import { isRejection } from '../src/platform/kernel/rejection.js';
import { createLogger } from '../src/platform/logging/logger.js';
import { builtEntry } from '../test/support/load/server-process.js';
import { temporaryFolder } from '../test/support/load/temporary-folder.js';
import { median } from './figures.js';

export interface CommandFigures {
  /** Until the read models have them too: what is put off is not saved. */
  readonly salesPerSecond: number;
  /** Commits of as many bytes as a sale's events, one record each, durable as well. */
  readonly rawPerSecond: number;
  readonly ratio: number;
  readonly worstRatio: number;
  readonly bytesPerSale: number;
}

export interface CommandTarget {
  readonly dataDir: string;
  /** Public ids. */
  readonly partnerId: number;
  readonly packageId: number;
}

const IN_FLIGHT = 256;

/** Runs `work` so often, with so many under way at a time, and then `finish`; answers how many were done in a second of all that. */
async function perSecond(
  times: number,
  work: (index: number) => Promise<unknown>,
  finish?: () => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const startedAt = performance.now();
  const runner = async (): Promise<void> => {
    while (next < times) await work(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, runner));
  await finish?.();
  return times / ((performance.now() - startedAt) / 1000);
}

/**
 * The same sales without HTTP: commands on the bus of the whole product, with its read models on, against bare LMDB
 * commits of the same number of bytes in the same process. `target`: a shop with stock enough, its server stopped.
 */
export async function measureCommands(
  target: CommandTarget,
  { rounds, sales }: { readonly rounds: number; readonly sales: number },
): Promise<CommandFigures> {
  const settings = loadSettings({ DATA_DIR: target.dataDir, KEYFORGE_DEMO: '0', LOG_LEVEL: 'error' });
  const projectionWorker = projectionWorkerAt(pathToFileURL(builtEntry()).href);
  const running = await startApp({ settings, logger: createLogger(settings), projectionWorker });
  const folder = temporaryFolder('keyforge-raw');
  const raw = open({
    path: folder.path,
    keyEncoding: 'uint32',
    encoding: 'binary',
    overlappingSync: false,
  });
  try {
    const bus = running.app.get(CommandBus);
    const { events } = running.engines;
    const ids = new SystemIds();
    const partnerId = running.app.get(AccountIndex).findByPublicId(target.partnerId)?.id;
    if (partnerId === undefined) throw new Error(`there is no partner ${target.partnerId}`);
    const run = ids.uuid();
    const buy = async (index: number): Promise<void> => {
      const commandId = ids.uuid();
      const actor = { kind: 'partner', id: partnerId } as const;
      const context = { commandId, correlationId: commandId, actor, surface: 'terminal-v1' };
      const sold = await bus.execute(
        new BuyKey(context, {
          partnerId,
          apiKeyId: null,
          package: target.packageId,
          order: `${run}-${index}`,
          currency: 'AZN',
          email: null,
          language: 'en',
        }),
      );
      if (isRejection(sold)) throw new Error(`a sale was refused: ${sold.code}`);
    };
    const before = await events.headPosition();
    await buy(-1);
    const bytes = (await events.readAll(before)).reduce(
      (sum, event) =>
        sum + event.data.length + event.metadata.length + event.stream.length + event.type.length,
      0,
    );
    let record = 0;
    const commit = (): Promise<unknown> => raw.put(++record, Buffer.alloc(bytes, record));
    const speeds: { sold: number; raw: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const rawSpeed = await perSecond(sales, commit);
      const sold = await perSecond(
        sales,
        (index) => buy(round * sales + index),
        () => running.runtime.caughtUp(60_000),
      );
      speeds.push({ sold, raw: rawSpeed });
    }
    const ratios = speeds.map(({ sold, raw: rawSpeed }) => sold / rawSpeed);
    return {
      salesPerSecond: median(speeds.map(({ sold }) => sold)),
      rawPerSecond: median(speeds.map(({ raw: rawSpeed }) => rawSpeed)),
      ratio: median(ratios),
      worstRatio: Math.min(...ratios),
      bytesPerSale: bytes,
    };
  } finally {
    await raw.close();
    folder.remove();
    await running.close();
  }
}
