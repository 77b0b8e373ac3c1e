import { indexEvent, MemoryKeep } from '../../../../test/support/index-keep.js';
import { changed, iso, sold } from '../../../../test/support/lot-history.js';
import type { LotEvent } from '../events/lot.events.js';
import { SerialIndex } from './serial-index.js';

const HISTORY: LotEvent[] = [
  changed(0, { serial: 'FIRST' }),
  changed(0, { serial: 'SECOND' }),
  changed(1, { serial: null }),
  changed(2, { expiresAt: iso(5000) }),
  sold(3, 'order'),
];

it('a corrected serial number is known, also after a restart', () => {
  const keep = new MemoryKeep();
  const index = new SerialIndex();
  for (const [position, event] of HISTORY.entries()) index.apply(indexEvent('lot', 7, event, position), keep);
  const restored = new SerialIndex();
  restored.restore(keep.entries);
  for (const each of [index, restored]) {
    expect([7000, 7001, 7002, 7003, 8000].map((key) => each.corrected(key))).toEqual([
      ...['SECOND', null],
      // It has the one that it came in with.
      ...[undefined, undefined, undefined],
    ]);
  }
});
