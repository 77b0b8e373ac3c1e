import { accepted, addedIds, auditIntake, keyTexts, lotsOf } from '../../../../test/support/intake-audit.js';
import { InventoryNode, testContext } from '../../../../test/support/inventory-node.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryIndexStorage } from '../../../../test/support/memory-index-storage.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { Package } from '../../catalog/index.js';
import { retireKey, revealKey } from '../domain/key-handling.decider.js';
import { Lot } from '../domain/lot.js';

const nodes: InventoryNode[] = [];
const start = async (...args: Parameters<typeof InventoryNode.start>): Promise<InventoryNode> => {
  const node = await InventoryNode.start(...args);
  nodes.push(node);
  return node;
};
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

describe('adding keys', () => {
  let store: MemoryEventStore;
  let node: InventoryNode;
  beforeEach(async () => {
    store = new MemoryEventStore();
    node = await start(store, new MemoryKeyStore());
    await node.createPackage('a');
    await node.createPackage('b');
  });

  it('numbers keys by lot and slot, and their texts can be read again', async () => {
    const result = accepted(
      await node.add('a', [
        { text: ' AAAA-1111 ', serial: 'SN-1', expiresOn: '2027-12-31' },
        { text: 'bbbb', serial: null },
      ]),
    );
    expect(addedIds(result)).toEqual([1000, 1001]);
    expect(await node.texts.read(1, 0)).toEqual({ text: 'AAAA-1111', serial: 'SN-1' });
    expect(await node.texts.read(1, 1)).toEqual({ text: 'bbbb', serial: null });
    expect((await node.texts.stored(1, 0)).expiresAt).toBe('2027-12-31T20:00:00.000Z');
    expect(() => node.texts.read(1, 2)).toThrow(RangeError);
  });

  it('switches the package on in the same commit, unless it is held', async () => {
    await node.executor.run(testContext, (tx) =>
      tx.append(Package, 'b', [{ type: 'PackageHeld', data: {} }]),
    );
    await node.add('a', keyTexts(1));
    await node.add('b', keyTexts(1, 'OTHER'));
    const status = await node.executor.run(testContext, (tx) =>
      ['a', 'b'].map((id) => tx.load(Package, id).status),
    );
    expect(status).toEqual(['active', 'inactive']);
  });

  it('splits a large request into lots of a thousand', async () => {
    const result = accepted(await node.add('a', keyTexts(2050)));
    expect(result.added.length).toBe(2050);
    await node.caughtUp();
    expect(node.stock.available('a')).toBe(2050);
    expect(Object.keys(lotsOf(store))).toEqual(['1', '2', '3']);
    expect(lotsOf(store)['1']?.length).toBe(1 + 32);
    expect(await node.texts.read(2, 999)).toMatchObject({ text: 'KEY-1999' });
  });

  it('keeps lots of long texts within their limit of bytes', async () => {
    const long = Array.from({ length: 300 }, (_, index) => ({ text: `${index}-${'Ж'.repeat(1990)}` }));
    expect(accepted(await node.add('a', long)).added.length).toBe(300);
    const bytes: Record<string, number> = {};
    for (const { stream, data, metadata } of store.events) {
      bytes[stream] = (bytes[stream] ?? 0) + data.length + metadata.length;
    }
    for (const [stream, size] of Object.entries(bytes)) {
      if (stream.startsWith('kf.lot-')) expect(size).toBeLessThanOrEqual(512 * 1024);
    }
  });

  it('skips what is not a key, and says why', async () => {
    node.clock.nowMs = Date.UTC(2027, 0, 1);
    const result = accepted(
      await node.add('a', [
        { text: '   ' },
        { text: 'ok' },
        { text: 'a\u0000b' },
        { text: 'x'.repeat(2001) },
        { text: 'serial', serial: 's'.repeat(201) },
        { text: 'date', expiresOn: 'soon' },
        { text: 'late', expiresOn: '2026-12-31' },
        { text: ' O-K ' },
        { text: '--' },
      ]),
    );
    expect(result.added).toEqual([{ index: 1, keyId: 1000 }]);
    expect(result.skipped.map(({ index, reason }) => [index, reason])).toEqual([
      [0, 'invalid_text'],
      [2, 'invalid_text'],
      [3, 'invalid_text'],
      [4, 'invalid_serial'],
      [5, 'invalid_expiry'],
      [6, 'expired'],
      [7, 'duplicate_in_request'],
      [8, 'invalid_text'],
    ]);
  });

  it('skips keys with characters that nobody sees: they would come in beside the same key without', async () => {
    const seen = ['SEEN-0001', 'ｓｅｅｎ\u2010\u00a00002', 'ключ❤\ufe0f'];
    const unseen = ['\u00ad', '\u200b', '\u200e', '\u2060', '\ufeff', '\u202e', '\u2028', '\u0085'];
    unseen.push('\u034f', '\u115f', '\u3164', '\uffa0', '\u17b4');
    const texts = [...seen, ...unseen.map((mark) => `SEEN${mark}0001`), '\u200b'];
    const result = accepted(
      await node.add(
        'a',
        texts.map((text) => ({ text })),
      ),
    );
    expect(result.added.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(result.skipped.map(({ reason }) => reason))).toEqual(new Set(['invalid_text']));
  });

  it('skips keys that came in before, over all packages, and counts a repeated command as duplicates', async () => {
    accepted(await node.add('a', [{ text: 'aaaa-bbbb' }, { text: 'cccc' }]));
    const again = accepted(await node.add('b', [{ text: 'AAAA BBBB' }, { text: 'new' }]));
    expect(again).toEqual({
      added: [{ index: 1, keyId: 2000 }],
      skipped: [{ index: 0, reason: 'duplicate' }],
    });
    const none = accepted(await node.add('a', [{ text: 'cccc' }]));
    expect(none).toEqual({ added: [], skipped: [{ index: 0, reason: 'duplicate' }] });
    expect(Object.keys(lotsOf(store))).toEqual(['1', '2']);
  });

  it('compares the keys of exact products letter by letter', async () => {
    await node.createPackage('links', 'exact');
    const result = accepted(await node.add('links', [{ text: 'https://x/Ab' }, { text: 'https://x/aB' }]));
    expect(result.added.length).toBe(2);
  });

  it('knows the same text again that came in under the other format', async () => {
    await node.createPackage('links', 'exact');
    const reasons = async (pkg: string, ...texts: string[]) => {
      const { skipped } = accepted(
        await node.add(
          pkg,
          texts.map((text) => ({ text })),
        ),
      );
      return skipped.map(({ index, reason }) => [index, reason]);
    };
    expect(await reasons('a', 'aaaa-bbbb')).toEqual([]);
    expect(await reasons('links', 'aaaa-bbbb', 'AAAABBBB', 'Aaaa-Bbbb', 'cccc-d')).toEqual([
      [0, 'duplicate'],
      [1, 'duplicate'],
      [2, 'duplicate'],
    ]);
    expect(await reasons('links', 'CCCCD', 'CCCC-D')).toEqual([]);
    expect(await reasons('a', 'cccc-d', 'x')).toEqual([[0, 'duplicate']]);
    expect(await reasons('b', 'CCCC-D')).toEqual([[0, 'duplicate']]);
    expect(await reasons('b', 'X', 'y')).toEqual([[0, 'duplicate']]);
  });

  it('knows the same text again that is on its way under the other format', async () => {
    await node.createPackage('links', 'exact');
    accepted(await node.add('links', [{ text: 'first' }]));
    for (const [one, other] of [
      ['a', 'links'],
      ['links', 'a'],
    ] as const) {
      const text = `${one}-first`;
      const [taken, refused] = await Promise.all([node.add(one, [{ text }]), node.add(other, [{ text }])]);
      expect([accepted(taken).added.length, accepted(refused).added.length]).toEqual([1, 0]);
    }
  });

  it('also where that is the first of the other format', async () => {
    await node.createPackage('links', 'exact');
    const keys = [{ text: 'at-once' }];
    const [taken, refused] = await Promise.all([node.add('links', keys), node.add('a', keys)]);
    expect([accepted(taken).added.length, accepted(refused).added.length]).toEqual([1, 0]);
  });

  it('takes a key in again that was retired and never shown, but not one that was', async () => {
    accepted(await node.add('a', [{ text: 'unseen' }, { text: 'seen' }, { text: 'free' }]));
    await node.executor.run(testContext, (tx) => {
      const seen = revealKey(tx.load(Lot, '1'), { slot: 1, by: 'staff:1' });
      if (!isRejection(seen)) tx.append(Lot, '1', seen);
      for (const slot of [0, 1]) {
        const retired = retireKey(tx.load(Lot, '1'), { slot, reason: 'test' });
        if (!isRejection(retired)) tx.append(Lot, '1', retired);
      }
    });
    const again = accepted(await node.add('b', [{ text: 'UNSEEN' }, { text: 'SEEN' }, { text: 'FREE' }]));
    expect(again.added).toEqual([{ index: 0, keyId: 2000 }]);
    expect(accepted(await node.add('b', [{ text: 'unseen' }])).added).toEqual([]);
  });

  it('is refused for packages that are unknown, deleted or not sold from stock', async () => {
    expect(await node.add('nope', keyTexts(1))).toMatchObject({ code: 'UnknownPackage' });
    await node.executor.run(testContext, (tx) => {
      tx.append(Package, 'a', [{ type: 'PackageDeleted', data: {} }]);
      tx.append(Package, 'b', [{ type: 'PackageChanged', data: { fulfilment: 'service' } }]);
    });
    expect(await node.add('a', keyTexts(1))).toMatchObject({ code: 'UnknownPackage' });
    expect(await node.add('b', keyTexts(1))).toMatchObject({ code: 'NotSoldFromStock' });
    expect(lotsOf(store)).toEqual({});
  });

  it('records what a key cost: as told, else as the package says', async () => {
    await node.add('a', keyTexts(1, 'X'));
    await node.add('a', keyTexts(1, 'Y'), { unitCost: { amount: '55', currency: 'USD' } });
    await node.add('a', keyTexts(1, 'Z'), { unitCost: null });
    const costs = await node.executor.run(testContext, (tx) =>
      ['1', '2', '3'].map((id) => tx.load(Lot, id).unitCost),
    );
    expect(costs).toEqual([{ amount: '70', currency: 'AZN' }, { amount: '55', currency: 'USD' }, null]);
    expect(await node.add('a', keyTexts(1), { unitCost: { amount: '-1', currency: 'USD' } })).toMatchObject({
      code: 'InvalidCost',
    });
  });

  it('takes each key once when the same ones come in many times at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, turn) => node.add(turn % 2 ? 'a' : 'b', keyTexts(40, `K${turn % 3}`))),
    );
    const added = results.map((result) => accepted(result).added.length);
    expect(added.reduce((sum, count) => sum + count, 0)).toBe(120);
    auditIntake(store);
  });

  it('never stores the text in clear', async () => {
    await node.add('a', [{ text: 'CANARY-TEXT-123456', serial: 'SN' }]);
    for (const { data, metadata } of store.events) {
      expect(data.toString() + metadata.toString()).not.toMatch(/CANARY/i);
    }
  });
});

describe('after a restart', () => {
  it('the index goes on from what it kept', async () => {
    const store = new MemoryEventStore();
    const keys = new MemoryKeyStore();
    const storage = new MemoryIndexStorage();
    const before = await start(store, keys, undefined, storage);
    await before.createPackage('a');
    await before.add('a', keyTexts(100));
    await before.caughtUp();
    await before.close();
    nodes.length = 0;
    const after = await start(store, keys, undefined, storage);
    expect(after.fingerprints.reflectedThrough).toBe(1);
    expect(accepted(await after.add('a', keyTexts(101))).added).toEqual([{ index: 100, keyId: 2000 }]);
    await after.caughtUp();
    expect(after.stock.available('a')).toBe(101);
  });
});
