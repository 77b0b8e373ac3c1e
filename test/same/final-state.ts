import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { PROJECTIONS } from '../../projections/all.js';
import type { RunningApp } from '../../src/composition/start.js';
import type { RecordedEvent } from '../../src/platform/event-store/event-store.js';
import { ReadModels } from '../../src/platform/projections/read-models.js';
import { Labels } from './labels.js';

export interface FinalState {
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly streams: number;
  readonly events: number;
  readonly documents: number;
}

/**
 * Hash over all that a run left: every stream with its events in their order, the answers of all commands and the
 * documents of all read models. Ids, ciphertexts and positions, which differ from run to run, are replaced, see
 * {@link Labels}; all else counts as it stands. `file` takes the lines that were hashed.
 */
export async function finalState(
  { app, engines }: RunningApp,
  namespace: string,
  answers: readonly unknown[],
  file: string,
): Promise<FinalState> {
  const streams = new Map<string, RecordedEvent[]>();
  const labels = new Labels();
  let events = 0;
  for (let after = 0n; ; ) {
    const page = await engines.events.readAll(after);
    const last = page.at(-1);
    if (!last) break;
    after = last.position;
    for (const event of page) {
      if (!event.stream.startsWith(`${namespace}.`)) continue;
      events += 1;
      const name = event.stream.slice(namespace.length + 1);
      const found = streams.get(name);
      if (found) found.push(event);
      else {
        streams.set(name, [event]);
        labels.nameStream(name);
      }
    }
  }
  const out = new HashedFile(file);
  const byLabel = [...streams].map(([name, all]) => [labels.ofStream(name), all] as const);
  for (const [label, all] of byLabel.sort(([a], [b]) => (a < b ? -1 : 1))) {
    labels.begin();
    for (const { revision, type, data, metadata } of all) {
      const parts = [JSON.parse(data.toString()), JSON.parse(metadata.toString())];
      out.line(`${label} ${revision} ${type} ${parts.map((part) => labels.text(part)).join(' ')}`);
    }
  }
  for (const [step, answer] of answers.entries()) {
    labels.begin();
    out.line(`answer ${step} ${labels.text(answer)}`);
  }
  const documents = await hashDocuments(app.get(ReadModels), labels, out);
  return { hash: out.close(), streams: streams.size, events, documents };
}

async function hashDocuments(models: ReadModels, labels: Labels, out: HashedFile): Promise<number> {
  let documents = 0;
  for (const { name } of PROJECTIONS) {
    const lines: string[] = [];
    for await (const batch of models.scan(name)) {
      for (const document of batch) {
        labels.begin();
        lines.push(`${name} ${labels.text(document)}`);
      }
    }
    documents += lines.length;
    for (const line of lines.sort()) out.line(line);
  }
  return documents;
}

class HashedFile {
  private readonly hash = createHash('sha256');
  private readonly descriptor: number;
  private pending: string[] = [];

  constructor(file: string) {
    this.descriptor = openSync(file, 'w');
  }

  line(text: string): void {
    this.pending.push(`${text}\n`);
    if (this.pending.length >= 1_000) this.flush();
  }

  close(): string {
    this.flush();
    closeSync(this.descriptor);
    return this.hash.digest('hex');
  }

  private flush(): void {
    const text = this.pending.join('');
    this.pending = [];
    this.hash.update(text);
    writeSync(this.descriptor, text);
  }
}
