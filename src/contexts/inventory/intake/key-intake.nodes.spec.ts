import { accepted, addedIds, auditIntake, keyTexts, lotsOf } from '../../../../test/support/intake-audit.js';
import { InventoryNode, testContext } from '../../../../test/support/inventory-node.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { type Gate, SequentialEventStore } from '../../../../test/support/sequential-event-store.js';
import { Package } from '../../catalog/index.js';

const nodes: InventoryNode[] = [];
const start = async (...args: Parameters<typeof InventoryNode.start>): Promise<InventoryNode> => {
  const node = await InventoryNode.start(...args);
  nodes.push(node);
  return node;
};
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

describe('on a shared store that applies batches stream by stream', () => {
  /** Stops a store before its n-th lot entry (or kills it there) until released. */
  const pauseAtLot = (
    outcome: 'continue' | 'crash',
  ): { gate: Gate; reached: Promise<void>; release: () => void } => {
    let reach = (): void => {};
    let release = (): void => {};
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let armed = true;
    const gate: Gate = async ({ batch, index, phase }) => {
      if (!armed || phase !== 'before' || !batch[index]?.stream.startsWith('kf.lot-')) return 'continue';
      armed = false;
      reach();
      if (outcome === 'crash') return 'crash';
      await released;
      return 'continue';
    };
    return { gate, reached, release: () => release() };
  };

  const shared = async (gate: Gate) => {
    const inner = new MemoryEventStore();
    const keys = new MemoryKeyStore();
    const first = await start(new SequentialEventStore(inner, gate), keys);
    const second = await start(new SequentialEventStore(inner), keys);
    await first.createPackage('a');
    return { inner, first, second };
  };

  it('an announced lot whose maker died is closed before anybody passes it', async () => {
    const { gate, reached } = pauseAtLot('crash');
    const { inner, first, second } = await shared(gate);
    void first.add('a', keyTexts(3));
    await reached;
    const result = accepted(await second.add('a', keyTexts(3)));
    expect(addedIds(result)).toEqual([2000, 2001, 2002]);
    expect(lotsOf(inner)['1']).toEqual(['LotVoided']);
    auditIntake(inner);
  });

  it('a paused maker finds his lot closed, and his keys taken in by somebody else', async () => {
    const { gate, reached, release } = pauseAtLot('continue');
    const { inner, first, second } = await shared(gate);
    const paused = first.add('a', [...keyTexts(3), { text: 'MINE' }]);
    await reached;
    accepted(await second.add('a', keyTexts(3)));
    release();
    const late = accepted(await paused);
    expect(late.added).toEqual([{ index: 3, keyId: 3000 }]);
    expect(late.skipped.map(({ reason }) => reason)).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect(lotsOf(inner)).toMatchObject({ '1': ['LotVoided'] });
    auditIntake(inner);
  });

  it('a maker who is only slow is waited for', async () => {
    const { gate, reached, release } = pauseAtLot('continue');
    const { inner, first, second } = await shared(gate);
    const slow = first.add('a', keyTexts(3));
    await reached;
    const other = second.add('a', keyTexts(3));
    release();
    expect(accepted(await slow).added.length + accepted(await other).added.length).toBe(3);
    auditIntake(inner);
  });

  it('lots that counted on one before them are not announced behind somebody else’s', async () => {
    let reach = (): void => {};
    let release = (): void => {};
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { inner, first, second } = await shared(async ({ batch, index, phase }) => {
      if (batch[index]?.stream !== 'kf.intake-keys' || phase !== 'before') return 'continue';
      reach();
      await released;
      return 'continue';
    });
    const before = first.add('a', keyTexts(3, 'BEFORE'));
    await reached;
    const behind = first.add('a', keyTexts(3));
    await new Promise((resolve) => setTimeout(resolve, 20));
    accepted(await second.add('a', keyTexts(3)));
    release();
    expect(accepted(await before).added.length).toBe(3);
    expect(accepted(await behind).added.length).toBe(0);
    auditIntake(inner);
  });

  it('many makers on two nodes take each key once', async () => {
    const { inner, first, second } = await shared(async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      return 'continue';
    });
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, turn) =>
        (turn % 2 ? first : second).add('a', keyTexts(20, `K${turn % 4}`)),
      ),
    );
    const added = results.reduce((sum, result) => sum + accepted(result).added.length, 0);
    expect(added).toBe(80);
    auditIntake(inner);
  });

  it('a maker who dies at any place leaves nothing that the next one cannot finish', async () => {
    for (let place = 0; place < 6; place += 1) {
      const inner = new MemoryEventStore();
      const keys = new MemoryKeyStore();
      let left = place;
      const dying = new SequentialEventStore(inner, async ({ batch }) =>
        batch[0]?.stream === 'kf.intake-keys' && left-- === 0 ? 'crash' : 'continue',
      );
      const first = await start(dying, keys);
      const second = await start(new SequentialEventStore(inner), keys);
      await second.createPackage('a');
      void first.add('a', keyTexts(2));
      await dying.whenCrashed;
      accepted(await second.add('a', keyTexts(3)));
      await second.caughtUp();
      expect(second.stock.available('a')).toBe(3);
      expect(await second.executor.run(testContext, (tx) => tx.load(Package, 'a').status)).toBe('active');
      auditIntake(inner);
    }
  });
});
