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

/** A store whose methods fail with {@link StoreUnavailable} where the driver's own error means an outage. */
export function tellingOutages<Store extends object>(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]): unknown => {
        const answer: unknown = member.apply(target, parameters);
        if (answer instanceof Promise) return answer.catch((error: unknown) => Promise.reject(told(error)));
        return isWalk(answer) ? tellingWalk(answer) : answer;
      };
    },
  });
}
