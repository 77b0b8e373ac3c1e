import { setTimeout as delay } from 'node:timers/promises';
import { type Appended, type EventStore, EventStoreError, type Refused } from '../event-store/event-store.js';
import { MeasuredEventStore } from './measured-event-store.js';

const PAUSE_MS = 60;
/** Timers may be early by a little. */
const ABOUT_MS = PAUSE_MS - 5;

/** A log that answers when it is told to, in any order. */
function world() {
  const waiting: { answer(outcome: Appended['outcome'] | Refused['outcome']): void; fail(): void }[] = [];
  const store = {
    atomicBatches: true,
    append: () =>
      new Promise((resolve, reject) => {
        const answer = (outcome: string) => resolve({ outcome });
        waiting.push({ answer, fail: () => reject(new EventStoreError('Unavailable', 'x', 'nothing')) });
      }),
  } as unknown as EventStore;
  const measured = new MeasuredEventStore(store, { committed: () => undefined });
  const append = (): void => void measured.append([]).catch(() => undefined);
  return { measured, append, waiting };
}

it('a log that was given nothing is not silent', async () => {
  const { measured, append, waiting } = world();
  await delay(PAUSE_MS);
  expect(measured.silentMs).toBe(0);
  append();
  waiting[0]!.answer('appended');
  await delay(PAUSE_MS);
  expect(measured.silentMs).toBe(0);
});

it('is silent from when it was given something until it answers, however much comes meanwhile', async () => {
  const { measured, append, waiting } = world();
  append();
  expect(measured.silentMs).toBeLessThan(ABOUT_MS);
  await delay(PAUSE_MS);
  append();
  expect(measured.silentMs).toBeGreaterThanOrEqual(ABOUT_MS);
  waiting[0]!.answer('appended');
  await delay(0);
  expect(measured.silentMs).toBeLessThan(ABOUT_MS);
});

it.each([
  ['a refusal is an answer', (one: ReturnType<typeof world>['waiting'][0]) => one.answer('refused'), false],
  ['a failure is none', (one: ReturnType<typeof world>['waiting'][0]) => one.fail(), true],
] as const)('%s', async (_, end, isSilent) => {
  const { measured, append, waiting } = world();
  append();
  append();
  await delay(PAUSE_MS);
  end(waiting[1]!);
  await delay(0);
  expect(measured.silentMs >= ABOUT_MS).toBe(isSilent);
});
