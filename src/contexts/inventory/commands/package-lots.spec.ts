import { testContext } from '../../../../test/support/inventory-node.js';
import { ManualClock } from '../../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { openExecutor } from '../../../platform/execution/open-executor.js';
import { SystemIds } from '../../../platform/kernel/ids.js';
import { NoSnapshots } from '../../../platform/snapshots/snapshot-store.js';
import { RecentReferences } from '../../catalog/index.js';
import { INTAKE_ID, Intake } from '../domain/intake.js';
import { ANNOUNCEMENTS_READ } from '../limits.js';
import { PackageLots } from './package-lots.js';

it.each([-1, 0, 1])(
  'the lots of a package are all found where the log has announced %i more than are read at once',
  async (more) => {
    const clock = new ManualClock(Date.parse('2026-03-01T12:00:00.000Z'));
    const executor = openExecutor({
      store: new MemoryEventStore(),
      snapshots: new NoSnapshots(),
      clock,
      ids: new SystemIds(() => clock.now()),
      namespace: 'kf',
    });
    const lots = ANNOUNCEMENTS_READ + more;
    const announced = Array.from({ length: lots }, (_, index) => ({
      type: 'LotAnnounced' as const,
      data: {
        lot: index + 1,
        announcement: `a${index}`,
        package: [0, lots - 1].includes(index) ? 'mine' : 'other',
        keys: index + 1,
      },
    }));
    await executor.run(testContext, (tx) => tx.append(Intake, INTAKE_ID, announced));
    expect(await new PackageLots(executor, new RecentReferences()).of(testContext, 'mine')).toEqual([
      { lot: 1, keys: 1 },
      { lot: lots, keys: lots },
    ]);
  },
);
