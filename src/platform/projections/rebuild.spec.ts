import { setTimeout as delay } from 'node:timers/promises';
import {
  type Counter,
  counters,
  counterWorld,
  dump,
  type Running,
} from '../../../test/support/counter-world.js';
import type { ReadBatch } from '../read-store/read-store.js';
import type { ProjectingStatus } from './projecting.js';
import { REBUILD_KEY } from './rebuild.js';

const world = counterWorld();
const { count, start } = world;

it('a new version is folded beside the old one and swapped in', async () => {
  const old = await start(world.name);
  await count('a', 1);
  await old.models.waitFor(await count('b', 2), 2000);
  await old.stop();
  const renewed = await start(world.name, [counters(2, 10)]);
  expect(await renewed.models.get('counters', 'b')).toMatchObject({ total: 2 });
  const position = await count('b', 1);
  await renewed.models.waitFor(position, 2000);
  for (let tries = 0; tries < 100; tries += 1) {
    if (((await renewed.models.get('counters', 'b')) as Counter | null)?.total === 30) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await dump(renewed.models)).toContain('"total":30');
  await renewed.models.waitFor(await count('a', 1), 2000);
  expect(await renewed.models.get('counters', 'a')).toMatchObject({ total: 20 });
  await renewed.stop();
  const again = await start(world.name, [counters(2, 10)]);
  expect(await again.models.get('counters', 'a')).toMatchObject({ total: 20 });
  expect(again.errors).toEqual([]);
  await again.stop();
});

it('a rebuild on demand, with sales going on, gives the same documents and reports its progress', async () => {
  const { models, runner, stop } = await start(world.name);
  for (let index = 0; index < 600; index += 1) await count(`c${index % 7}`, 1);
  const seen: bigint[] = [];
  const rebuilt = runner.rebuild(['counters'], ({ position }) => seen.push(position));
  let position = 0n;
  for (let index = 0; index < 300; index += 1) position = await count(`c${index % 7}`, 1);
  await rebuilt;
  await models.waitFor(position, 2000);
  const totals = (await models.find<Counter>('counters')).map(({ total }) => total);
  expect(totals.reduce((sum, total) => sum + total, 0)).toBe(900);
  expect(seen.length).toBeGreaterThan(0);
  await stop();
});

it('the status shows a rebuild for as long as it runs, and a second one of the same comes after it', async () => {
  const { models, runner, stop } = await start(world.name);
  for (let index = 0; index < 599; index += 1) await count(`c${index % 7}`, 1);
  await models.waitFor(await count('c', 1), 2000);
  let shown: ProjectingStatus | Promise<ProjectingStatus> | null = null;
  const steps: string[] = [];
  const rebuilt = runner.rebuild(['counters'], () => {
    shown ??= runner.status();
    steps.push('first');
  });
  await Promise.all([rebuilt, runner.rebuild(['counters'], () => steps.push('second'))]);
  expect(steps.lastIndexOf('first')).toBeLessThan(steps.indexOf('second'));
  expect(new Set(steps).size).toBe(2);
  expect(await shown).toMatchObject({ rebuilding: [{ projections: ['counters'], events: 0 }] });
  expect((await runner.status()).rebuilding).toEqual([]);
  expect(await models.count('counters')).toBe(8);
  await stop();
});

it('what was swapped out stays for whoever walks it, and goes when nobody can', async () => {
  const countRetired = async ({ documents }: Running): Promise<number> => {
    await documents.openCollection({ name: 'counters.v1.1' });
    return documents.count('counters.v1.1');
  };
  const first = await start(world.name);
  await first.models.waitFor(await count('a', 1), 2000);
  await first.runner.rebuild(['counters']);
  expect(await countRetired(first)).toBe(1);
  await first.stop();
  const restarted = await start(world.name, [counters()], { keepsRetired: true });
  expect(await countRetired(restarted)).toBe(1);
  await restarted.stop();
  const next = await start(world.name);
  expect(await countRetired(next)).toBe(0);
  expect(await next.models.count('counters')).toBe(1);
  await next.stop();
});

it('a new version is folded in the end, also where a full disk or an outage broke off its fold', async () => {
  const old = await start(world.name);
  await old.models.waitFor(await count('a', 1), 2000);
  await old.stop();
  let failures = 1;
  const tweak = ({ checkpoint }: ReadBatch): void => {
    if (checkpoint.key !== REBUILD_KEY || failures === 0) return;
    failures -= 1;
    throw new Error('no space left');
  };
  const renewed = await start(world.name, [counters(2, 10)], { tweak });
  for (let tries = 0; tries < 500 && failures > 0; tries += 1) await delay(10);
  await renewed.models.waitFor(await count('a', 1), 2000);
  for (let tries = 0; tries < 500; tries += 1) {
    if (((await renewed.models.get('counters', 'a')) as Counter | null)?.total === 20) break;
    await delay(10);
  }
  expect(await renewed.models.get('counters', 'a')).toMatchObject({ total: 20 });
  expect(renewed.errors.length).toBeGreaterThan(0);
  await renewed.stop();
});
