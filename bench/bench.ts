import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { measureImport } from './import.js';
import { measureCommands } from './in-process.js';
import { measureNodes } from './nodes.js';
import { measureNodesHttp } from './nodes-http.js';
import { measureProjections, type ProjectionFigures } from './projections.js';
import { measureSales, printSales } from './sales.js';
import { Shop } from './shop.js';
import { measureStock } from './stock.js';
import { isWrkInstalled } from './wrk.js';

const EXIT_NO_WRK = 2;

const USAGE = `npm run bench -- [--rounds 9] [--seconds 5] [--connections 64,256] [--sales 20000] [--keys 1000000]
                 [--only sales|commands|projections|stock|import|nodes|nodes-http] [--json FILE]`;

const PARTS = ['sales', 'commands', 'projections', 'stock', 'import', 'nodes', 'nodes-http'] as const;
/** Needs servers, or stand-ins that .ci/nodes installs. */
const ASKED_FOR = 'nodes-http';

/** Sales under way in all while one or two processes sell from one wallet. */
const NODES_CONNECTIONS = 128;

function options() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '64,256' },
      sales: { type: 'string', default: '20000' },
      keys: { type: 'string', default: '1000000' },
      only: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const whole = (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 1) throw new Error(USAGE);
    return value;
  };
  const only = PARTS.find((part) => part === values.only);
  if (values.only !== undefined && !only) throw new Error(USAGE);
  return {
    rounds: whole(values.rounds),
    seconds: whole(values.seconds),
    connections: values.connections.split(',').map(whole),
    sales: whole(values.sales),
    keys: whole(values.keys),
    parts: only ? [only] : PARTS.filter((part) => part !== ASKED_FOR),
    json: values.json,
  };
}

/** Folds the log of a shop that made so many sales. */
async function foldSales(rounds: number, sales: number): Promise<ProjectionFigures> {
  const shop = await Shop.open();
  try {
    await shop.takeIn(sales + 1);
    const target = await shop.stopServer();
    await measureCommands(target, { rounds: 1, sales });
    return await measureProjections(target.dataDir, { rounds, sales });
  } finally {
    await shop.close();
  }
}

/** Measures what `docs/performance.md` publishes. Nothing else should run on the machine meanwhile. */
async function main(): Promise<void> {
  const { rounds, seconds, connections, sales, keys, parts, json } = options();
  if (parts.includes('sales') && !isWrkInstalled()) {
    console.error(
      'wrk is missing: install it (Debian: apt-get install wrk), or give --only with another part',
    );
    process.exit(EXIT_NO_WRK);
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}`;
  console.log(machine);
  const results: Record<string, unknown> = { machine, at: new Date().toISOString(), rounds, seconds };
  if (parts.includes('sales')) {
    const measured = await measureSales({ rounds, seconds, connections });
    printSales(measured.figures);
    console.log(`anonymous memory of the server after all rounds: ${measured.rssAnonMb.toFixed(0)} MiB`);
    results.sales = measured;
  }
  if (parts.includes('commands')) {
    const shop = await Shop.open();
    try {
      await shop.takeIn((rounds + 1) * sales);
      const measured = await measureCommands(await shop.stopServer(), { rounds, sales });
      const { salesPerSecond, rawPerSecond, ratio, worstRatio, bytesPerSale } = measured;
      console.log(
        `\nin process: ${salesPerSecond.toFixed(0)} sales/s, raw LMDB commits of ${bytesPerSale} bytes ` +
          `${rawPerSecond.toFixed(0)}/s: ratio ${ratio.toFixed(3)}, worst ${worstRatio.toFixed(3)}`,
      );
      results.commands = measured;
    } finally {
      await shop.close();
    }
  }
  if (parts.includes('projections')) {
    const measured = await foldSales(rounds, sales);
    const { events, foldedPerSecond, foldedRatio, rebuiltPerSecond, rebuiltRatio, cpuPerSaleMicros } =
      measured;
    console.log(
      `\n${events} events: all read models at ${foldedPerSecond.toFixed(0)}/s, ${foldedRatio.toFixed(3)} of reading and ` +
        `parsing them; orders rebuilt at ${rebuiltPerSecond.toFixed(0)}/s, ${rebuiltRatio.toFixed(3)}; ` +
        `${cpuPerSaleMicros.toFixed(0)} µs of CPU for each sale`,
    );
    results.projections = measured;
  }
  if (parts.includes('stock')) {
    const measured = await measureStock(keys);
    const { keysPerSecond, emptyMb, fullMb, mbPerMillionKeys, buyAtFewMs, buyAtManyMs } = measured;
    console.log(
      `\n${keys} keys: taken in at ${keysPerSecond.toFixed(0)}/s; anonymous memory after a restart ` +
        `${emptyMb.toFixed(0)} → ${fullMb.toFixed(0)} MiB (${mbPerMillionKeys.toFixed(0)} MiB per million keys); ` +
        `one purchase ${buyAtFewMs.toFixed(2)} → ${buyAtManyMs.toFixed(2)} ms`,
    );
    results.stock = measured;
  }
  if (parts.includes('import')) {
    const measured = await measureImport(keys);
    const { keysPerSecond, quarterMb, wholeMb, fourfoldMb, stockOfMoreMb } = measured;
    const { purchasesPerSecond, p99AloneMs, p99BesideMs } = measured;
    console.log(
      `\nimport of ${keys} keys: ${keysPerSecond.toFixed(0)}/s, the server's memory at most ${quarterMb.toFixed(0)} MiB ` +
        `for a quarter of them, ${wholeMb.toFixed(0)} MiB for all, ${fourfoldMb.toFixed(0)} MiB for four times as many, whose ` +
        `stock takes ${stockOfMoreMb.toFixed(0)} MiB more; beside ${purchasesPerSecond.toFixed(0)} purchases/s ` +
        `${measured.keysPerSecondBesidePurchases.toFixed(0)}/s, their p99 ${p99AloneMs.toFixed(1)} → ${p99BesideMs.toFixed(1)} ms`,
    );
    results.import = measured;
  }
  if (parts.includes('nodes')) {
    const measured = await measureNodes({ rounds, seconds, connections: NODES_CONNECTIONS });
    const { oneSalesPerSecond, twoSalesPerSecond, ratio, worstRatio, fairness, oneP99Ms, twoP99Ms } =
      measured;
    console.log(
      `\none wallet on a shared engine, ${NODES_CONNECTIONS} sales under way: one process ` +
        `${oneSalesPerSecond.toFixed(0)}/s, two ${twoSalesPerSecond.toFixed(0)}/s: ratio ${ratio.toFixed(2)}, worst ` +
        `${worstRatio.toFixed(2)}; the slower of the two sold ${fairness.toFixed(2)} of the faster one's; ` +
        `p99 ${oneP99Ms.toFixed(0)} and ${twoP99Ms.toFixed(0)} ms`,
    );
    results.nodes = measured;
  }
  if (parts.includes('nodes-http')) {
    const measured = await measureNodesHttp({ rounds, seconds, connections: NODES_CONNECTIONS });
    const { oneSalesPerSecond, twoSalesPerSecond, ratio, worstRatio, oneP99Ms, twoP99Ms } = measured;
    console.log(
      `\none wallet over HTTP, ${NODES_CONNECTIONS} connections: one process with ROLE=api ` +
        `${oneSalesPerSecond.toFixed(0)}/s, two ${twoSalesPerSecond.toFixed(0)}/s: ratio ${ratio.toFixed(2)}, worst ` +
        `${worstRatio.toFixed(2)}; p99 ${oneP99Ms.toFixed(0)} and ${twoP99Ms.toFixed(0)} ms; ` +
        `${measured.requests} requests, ${measured.confirmed} orders confirmed`,
    );
    results.nodesHttp = measured;
  }
  if (json) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
