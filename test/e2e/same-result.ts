import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runSteps, type SameRunResult } from '../same/same-run.js';
import { recordSteps, type Step, withPriceOff } from '../same/steps.js';
import { EventStoreDbStandIn } from '../support/eventstoredb/stand-in.js';
import { numberOptions } from '../support/load/proof.js';
import { type TemporaryFolder, temporaryFolder } from '../support/load/temporary-folder.js';
import { MongoServerProcess } from '../support/mongodb/server-process.js';
import { databaseUrl, dropDatabase } from '../support/test-engines.js';

interface Opened {
  readonly settings: Record<string, string>;
  /** Ends what was started; the database goes, streams stay on a server that is not ours. */
  dispose(): Promise<void>;
}

/** What one run of the commands works on. */
interface Engines {
  readonly name: string;
  open(): Promise<Opened>;
}

const { EVENTSTORE_URL, MONGODB_URL, MONGODB_SERVER } = process.env;
/** For one run alone, on servers that others use as well. */
const ownName = (): string => `same${randomBytes(6).toString('hex')}`;
/** The run that looks whether a difference is seen. */
const PLANTED_COMMANDS = 200;

async function openLog(): Promise<Opened> {
  if (EVENTSTORE_URL) {
    const settings = { EVENTSTORE_URL, STREAM_NAMESPACE: ownName() };
    return { settings, dispose: async () => undefined };
  }
  const server = await EventStoreDbStandIn.start();
  return { settings: { EVENTSTORE_URL: server.url }, dispose: async () => server.stop() };
}

async function openDocuments(): Promise<Opened> {
  const name = ownName();
  const server = MONGODB_URL ? null : await MongoServerProcess.start(MONGODB_SERVER!);
  const url = MONGODB_URL ?? server!.url;
  const dispose = (): Promise<void> => (server ? server.dispose() : dropDatabase(url, name));
  return { settings: { MONGODB_URL: databaseUrl(url, name) }, dispose };
}

const logName = EVENTSTORE_URL ? 'EventStoreDB' : 'a stand-in for EventStoreDB';
const embedded: Engines = {
  name: 'the embedded engines',
  open: async () => ({ settings: {}, dispose: async () => undefined }),
};
const log: Engines = { name: `${logName}, embedded documents`, open: openLog };
const both: Engines = {
  name: `${logName} and ${MONGODB_URL ? 'MongoDB' : 'SecantusDB'}`,
  async open() {
    const [events, documents] = [await openLog(), await openDocuments()];
    const dispose = async (): Promise<void> => {
      await events.dispose();
      await documents.dispose();
    };
    return { settings: { ...events.settings, ...documents.settings }, dispose };
  },
};

class Comparison {
  constructor(private readonly folder: TemporaryFolder) {}

  file(number: number): string {
    return join(this.folder.path, `${number}.txt`);
  }

  async run(engines: Engines, steps: readonly Step[], number: number): Promise<SameRunResult> {
    const startedAt = performance.now();
    const { settings, dispose } = await engines.open();
    try {
      const result = await runSteps(steps, settings, this.file(number));
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      const { hash, refused, streams, events, documents } = result;
      console.log(`${hash}  ${engines.name}`);
      console.log(
        `  ${steps.length} commands in ${seconds} s, ${refused} refused; ` +
          `${streams} streams, ${events} events, ${documents} documents`,
      );
      return result;
    } finally {
      await dispose();
    }
  }

  /** The first line in which the states of two runs differ. */
  async difference(one: number, other: number): Promise<string> {
    const [left, right] = [one, other].map((number) =>
      createInterface({ input: createReadStream(this.file(number)) })[Symbol.asyncIterator](),
    );
    for (;;) {
      const [a, b] = [await left!.next(), await right!.next()];
      if (a.value !== b.value) return `  ${a.value}\n  ${b.value}`;
      if (a.done) return '  none';
    }
  }
}

/**
 * The same commands, one after the other, on the embedded engines and on the servers: whatever they leave must be the same
 * but for ids and ciphertexts. At the end once more with one price that is one minor unit off, which must be seen.
 */
async function main(): Promise<void> {
  const { commands, seed } = numberOptions({ commands: 2_000, seed: 1 });
  const steps = recordSteps(seed, commands);
  const recorded = createHash('sha256').update(JSON.stringify(steps)).digest('hex');
  console.log(`same result: ${commands} commands, --seed ${seed}, sequence ${recorded}`);
  const folder = temporaryFolder('keyforge-same-states');
  const comparison = new Comparison(folder);
  const expected = await comparison.run(embedded, steps, 0);
  const others = MONGODB_URL || MONGODB_SERVER ? [log, both] : [log];
  if (others.length === 1) console.log('not tested: neither MONGODB_URL nor MONGODB_SERVER');
  for (const [index, engines] of others.entries()) {
    const { hash } = await comparison.run(engines, steps, index + 1);
    if (hash === expected.hash) continue;
    process.exitCode = 1;
    console.log(`DIFFERENT, first here:\n${await comparison.difference(0, index + 1)}`);
  }
  const few = steps.slice(0, PLANTED_COMMANDS);
  const planted = [
    await comparison.run(embedded, few, 3),
    await comparison.run(embedded, withPriceOff(few), 4),
  ];
  const isSeen = planted[0]!.hash !== planted[1]!.hash;
  console.log(`a price that is one minor unit off ${isSeen ? 'is seen' : 'is NOT SEEN'}`);
  if (!isSeen) process.exitCode = 1;
  folder.remove();
  console.log(process.exitCode ? 'FAILED' : 'the same on all');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
