import { setImmediate as turn } from 'node:timers/promises';
import type { EventStore, RecordedEvent } from './event-store.js';
import { type LogProblem, MAX_PROBLEMS, type VerifyProgress, type VerifyReport } from './verify-report.js';

const isJson = (bytes: Buffer): boolean => {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
};

/**
 * Reads a whole log that a server keeps, up to its present head, and checks what can be seen from here: positions
 * increase, the revisions of each stream are dense, and what is stored can be read. Checksums are the server's own.
 */
export async function verifyByReading(
  log: Pick<EventStore, 'readAll' | 'headPosition'>,
  onProgress: (progress: VerifyProgress) => void,
): Promise<VerifyReport> {
  const head = await log.headPosition();
  const revisions = new Map<string, number>();
  const problems: LogProblem[] = [];
  let events = 0;
  const note = ({ position, stream }: RecordedEvent, problem: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ position, stream, problem });
  };
  for (let position = 0n; position < head; ) {
    const page = await log.readAll(position);
    for (const event of page) {
      if (event.position <= position) note(event, 'its position is not behind that of the event before');
      const expected = (revisions.get(event.stream) ?? -1) + 1;
      if (event.revision !== expected) note(event, `revision ${event.revision} where ${expected} should be`);
      if (!isJson(event.data) || !isJson(event.metadata)) note(event, 'it is no JSON');
      revisions.set(event.stream, event.revision);
      position = event.position;
    }
    if (page.length === 0) break;
    events += page.length;
    onProgress({ checkedEvents: events, headPosition: head, checkedPosition: position });
    await turn();
  }
  return { events, streams: revisions.size, problems };
}
