import { endAtOnce } from '../../src/composition/end-at-once.js';
import { EmbeddedEventStore } from '../../src/platform/event-store/embedded/embedded-event-store.js';
import { NO_STREAM } from '../../src/platform/event-store/event-store.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';

/** A process whose stores fail while appends are under way. */
const ids = new SystemIds();
const log = EmbeddedEventStore.open({ directory: process.argv[2]! });
const body = Buffer.from('{}');

function appendMore(): void {
  for (let count = 0; count < 50; count += 1) {
    const id = ids.uuid();
    const events = [{ id, type: 'Noted', data: body, metadata: body }];
    void log.append([{ stream: `kf.note-${id}`, expectedRevision: NO_STREAM, events }]);
  }
  setImmediate(appendMore);
}

appendMore();
setTimeout(() => endAtOnce(new Error('the disk is gone')), 200);
