import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { ProjectionHost } from './projection-host.js';
import type { Order, Report } from './protocol.js';

const { port1: main, port2: port } = new MessageChannel();
afterAll(() => main.close());

it('somebody is awaited from the order that says so until the position is reached, and wakes who gathers', async () => {
  const host = new ProjectionHost(port);
  const reports: Report[] = [];
  main.on('message', (report: Report) => reports.push(report));
  let woken = 0;
  host.readers.whenAwaited(() => {
    woken += 1;
  });
  const order = async (one: Order): Promise<void> => {
    main.postMessage(one);
    await once(port, 'message');
  };
  const steps: string[] = [];
  await host.serve({
    projecting: {
      start: async () => void steps.push('start'),
      rebuild: async () => undefined,
      verify: async () => Promise.reject(new Error('nothing to compare')),
      stop: async () => void steps.push('stop'),
    },
    onNews: () => void steps.push('news'),
    close: async () => void steps.push('close'),
  });
  expect(host.readers.isAwaited).toBe(false);
  await order({ kind: 'awaited', position: 7n });
  expect([host.readers.isAwaited, woken]).toEqual([true, 1]);
  host.readers.advance({ position: '6', collections: {}, retired: [] });
  expect(host.readers.isAwaited).toBe(true);
  host.readers.advance({ position: '7', collections: {}, retired: [] });
  expect(host.readers.isAwaited).toBe(false);
  await order({ kind: 'awaited', position: 5n });
  expect([host.readers.isAwaited, woken]).toEqual([false, 1]);

  await order({ kind: 'news' });
  main.postMessage({ kind: 'stop' } satisfies Order);
  await once(main, 'close');
  expect(steps).toEqual(['start', 'news', 'stop', 'close']);
  expect(reports.map(({ kind }) => kind)).toEqual(['started', 'manifest', 'manifest', 'closed']);
});
