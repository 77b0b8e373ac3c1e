/**
 * Where things are in the two tables of the log's environment.
 *
 * `log`: 8-byte big-endian position of a record's first event → the record (see `event-record.ts`); its events
 * have the positions that follow. Position 0 holds the format marker.
 *
 * `streams`: stream name, NUL, 8-byte big-endian revision of the first event that a record holds of the stream →
 * the record's position and the ordinals of all its events of the stream, in order of revision.
 */
const POSITION_BYTES = 8;
const ORDINAL_BYTES = 2;
const TWO_32 = 2 ** 32;
/** Above every revision and position: the greatest key of a range. */
export const LAST = Number.MAX_SAFE_INTEGER;

export const writeNumber = (target: Buffer, value: number, offset: number): void => {
  target.writeUInt32BE(Math.floor(value / TWO_32), offset);
  target.writeUInt32BE(value % TWO_32, offset + 4);
};

export const readNumber = (source: Buffer, offset: number): number =>
  source.readUInt32BE(offset) * TWO_32 + source.readUInt32BE(offset + 4);

export function logKey(position: number): Buffer {
  const key = Buffer.allocUnsafe(POSITION_BYTES);
  writeNumber(key, position, 0);
  return key;
}

export function streamKey(stream: string, revision: number): Buffer {
  const key = Buffer.allocUnsafe(stream.length * 3 + 1 + POSITION_BYTES);
  const end = key.write(stream, 0, 'utf8');
  key[end] = 0;
  writeNumber(key, revision, end + 1);
  return key.subarray(0, end + 1 + POSITION_BYTES);
}

/** Below every key of the stream and above every key of the streams before it. */
export const streamFloor = (stream: string): Buffer => Buffer.from(`${stream}\0`);

const revisionOfKey = (key: Buffer): number => readNumber(key, key.length - POSITION_BYTES);

export const streamOfKey = (key: Buffer): string => key.toString('utf8', 0, key.length - POSITION_BYTES - 1);

/** What one record holds of one stream. */
export interface StreamPart {
  readonly firstRevision: number;
  /** Position of the record's first event. */
  readonly record: number;
  /** Places in the record of the events `firstRevision`, `firstRevision + 1` … */
  readonly ordinals: readonly number[];
}

export const partBytes = (ordinals: number): number => POSITION_BYTES + ordinals * ORDINAL_BYTES;

export function writePart(target: Buffer, record: number, ordinals: readonly number[]): void {
  writeNumber(target, record, 0);
  for (let index = 0; index < ordinals.length; index += 1) {
    target.writeUInt16BE(ordinals[index]!, POSITION_BYTES + index * ORDINAL_BYTES);
  }
}

export function readPart(key: Buffer, value: Buffer): StreamPart {
  const ordinals: number[] = [];
  for (let offset = POSITION_BYTES; offset + ORDINAL_BYTES <= value.length; offset += ORDINAL_BYTES) {
    ordinals.push(value.readUInt16BE(offset));
  }
  return { firstRevision: revisionOfKey(key), record: readNumber(value, 0), ordinals };
}
