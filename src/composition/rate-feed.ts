import type { Settings } from '../platform/config/settings.js';
import type { Executor } from '../platform/execution/transaction.js';
import type { Clock } from '../platform/kernel/clock.js';
import type { Ids } from '../platform/kernel/ids.js';
import type { Logger } from '../platform/logging/logger.js';
import { RateFeed } from '../processes/rate-feed/rate-feed.js';

/** The daily rates, as the settings want them; null: there is no source. */
export function createRateFeed(options: {
  readonly executor: Executor;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}): RateFeed | null {
  const { executor, settings, clock, ids, logger } = options;
  const { ratesUrl: url, businessTimeZone: timeZone } = settings;
  if (!url) return null;
  return new RateFeed({
    ...{ url, timeZone, clock, ids, executor },
    onRead: ({ date, rates }) =>
      logger.info({ date, currencies: Object.keys(rates) }, 'the daily rates were read'),
    onError: (err) =>
      logger.warn({ variable: 'RATES_URL', err }, 'the daily rates could not be read and are tried again'),
  });
}
