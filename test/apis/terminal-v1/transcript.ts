import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from './stubbed-terminal.js';

export type ParameterValue = string | object;

/** A golden transcript: what goes over the wire, word for word, in both directions. */
export interface Transcript {
  readonly title: string;
  readonly cases: readonly TranscriptCase[];
}

export interface TranscriptCase {
  readonly title: string;
  readonly request: {
    readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
    readonly path?: string;
    readonly body?: string;
    /** A list repeats the parameter; an object is sent as JSON. */
    readonly query: Readonly<Record<string, ParameterValue | readonly ParameterValue[]>>;
  };
  readonly given?: Outcome;
  /** The message that reaches the context behind, and its input. */
  readonly sends?: { readonly message: string; readonly input?: unknown; readonly request?: unknown };
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

const text = (value: ParameterValue): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** As `curl --data-urlencode` writes it. */
export const queryString = (query: TranscriptCase['request']['query']): string =>
  Object.entries(query)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, text(one)]))
    .map(([name, value]) => `${name}=${encodeURIComponent(value as string)}`)
    .join('&');

export function readTranscripts(directory: string): Transcript[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as Transcript);
}
