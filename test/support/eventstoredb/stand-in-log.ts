import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Buffer;
  readonly metadata: Buffer;
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
}

export type ProposedEvent = Omit<StoredEvent, 'stream' | 'revision' | 'position'>;

export type Written =
  | { readonly outcome: 'stored'; readonly position: bigint; readonly revision: number }
  | { readonly outcome: 'conflict'; readonly actualRevision: number };

/** What the stand-in stores, in memory and, if it is to survive a kill, in a file: a line for each append. */
export class StandInLog {
  readonly events: StoredEvent[] = [];
  private readonly streams = new Map<string, StoredEvent[]>();
  private nextPosition = 420n;

  constructor(private readonly file?: string) {
    if (!file || !existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    // A kill in the midst of a line: that append was not answered.
    if (whole.length < text.length) writeFileSync(file, whole);
    for (const line of whole.split('\n')) {
      if (line) this.keep(...(JSON.parse(line, reviveBuffer) as [string, ProposedEvent[]]));
    }
  }

  stream(name: string): readonly StoredEvent[] {
    return this.streams.get(name) ?? [];
  }

  /** As the server does: the same ids at the original revision were appended already, whatever their bodies are. */
  append(stream: string, expectedRevision: number, events: readonly ProposedEvent[]): Written {
    const stored = this.stream(stream);
    if (stored.length - 1 === expectedRevision) {
      if (this.file) appendFileSync(this.file, `${JSON.stringify([stream, events])}\n`);
      const last = this.keep(stream, events);
      return { outcome: 'stored', position: last.position, revision: last.revision };
    }
    const already = events.map((_, index) => stored[expectedRevision + 1 + index]);
    const last = already.at(-1);
    if (last && already.every((event, index) => event?.id === events[index]!.id)) {
      return { outcome: 'stored', position: last.position, revision: last.revision };
    }
    return { outcome: 'conflict', actualRevision: stored.length - 1 };
  }

  private keep(stream: string, events: readonly ProposedEvent[]): StoredEvent {
    const stored = this.streams.get(stream) ?? [];
    this.streams.set(stream, stored);
    for (const event of events) {
      const kept = { ...event, stream, revision: stored.length, position: this.nextPosition };
      this.nextPosition += BigInt(150 + event.data.length + event.metadata.length);
      stored.push(kept);
      this.events.push(kept);
    }
    return stored.at(-1)!;
  }
}

const reviveBuffer = (_: string, value: unknown): unknown => {
  const json = value as { readonly type?: unknown; readonly data?: unknown } | null;
  return json?.type === 'Buffer' && Array.isArray(json.data) ? Buffer.from(json.data) : value;
};
