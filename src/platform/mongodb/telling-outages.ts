import { StoreUnavailable } from '../kernel/store-unavailable.js';
import { isOutage } from './errors.js';

const told = (error: unknown): unknown =>
  isOutage(error) ? new StoreUnavailable('MongoDB cannot be reached', { cause: error }) : error;

async function* tellingWalk<T>(walk: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* walk;
  } catch (error) {
    throw told(error);
  }
}

const isWalk = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** Longer than the driver waits for a server that is away, or for an answer. */
const ANSWER_WITHIN_MS = 30_000;

/**
 * The driver (7.9) settles some calls never: one that it begins on a connection in the moment in which the server is
 * killed waits for ever, whatever its time-outs. @throws {StoreUnavailable}: what was to be written may be stored.
 */
export function inTime<T>(call: Promise<T>, withinMs: number | null = ANSWER_WITHIN_MS): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = () => reject(new StoreUnavailable('MongoDB does not answer'));
    const timer = withinMs === null ? undefined : setTimeout(late, withinMs).unref();
    call.then(resolve, (error: unknown) => reject(told(error))).finally(() => clearTimeout(timer));
  });
}

/**
 * A store whose methods fail with {@link StoreUnavailable} where the driver's own error means an outage, and where nothing
 * is heard for too long: what was to be written may be stored then.
 * @param long methods that ask many questions, and see to it themselves that each is answered
 */
export function tellingOutages<Store extends object>(
  store: Store,
  withinMs = ANSWER_WITHIN_MS,
  long: readonly (keyof Store)[] = [],
): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]): unknown => {
        const answer: unknown = member.apply(target, parameters);
        if (answer instanceof Promise)
          return inTime(answer, long.includes(name as keyof Store) ? null : withinMs);
        return isWalk(answer) ? tellingWalk(answer) : answer;
      };
    },
  });
}
