import { randomUUID } from 'node:crypto';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { NO_STREAM, type RecordedEvent, type StreamAppend } from '../event-store.js';
import { streamRequest } from './protocol.js';

export interface LogClaimOptions {
  readonly streamPrefix: string;
  readonly read: (request: ReadReq) => Promise<RecordedEvent[]>;
  readonly append: (entry: StreamAppend) => Promise<unknown>;
}

/**
 * Whose data keys the secrets in a log need. The first who asks writes his down; of several at once one does.
 * @param keys names data keys and gives nothing of them away. @returns those of the first. @throws {EventStoreError}
 */
export async function claimLog(
  keys: string,
  { streamPrefix, read, append }: LogClaimOptions,
): Promise<string> {
  // Beside the log: without the dot behind the prefix nobody reads it as a part of it.
  const stream = `keyforge-keys-${streamPrefix.replace(/\.$/, '')}`;
  const claimed = async (): Promise<string | null> => {
    const [event] = await read(streamRequest({ stream, from: null, backwards: false, limit: 1 }));
    if (!event) return null;
    return (JSON.parse(event.data.toString()) as { readonly keys: string }).keys;
  };
  const before = await claimed();
  if (before !== null) return before;
  const data = Buffer.from(JSON.stringify({ keys }));
  const event = { id: randomUUID(), type: 'LogClaimed', data, metadata: Buffer.from('{}') };
  await append({ stream, expectedRevision: NO_STREAM, events: [event] });
  return (await claimed()) ?? keys;
}
