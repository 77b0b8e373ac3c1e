import { promises as dns } from 'node:dns';

const QUERY_TIMEOUT_MS = 3_000;
const TRIES = 2;

/** All addresses of a name; empty if it has none or cannot be looked up. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * Asks the name servers by sockets of its own. The system's look-up works in a thread of the pool that writes the log
 * too: names that hang would stop it.
 */
export function dnsResolver(): Resolve {
  const resolver = new dns.Resolver({ timeout: QUERY_TIMEOUT_MS, tries: TRIES });
  return async (host) => {
    const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    return found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  };
}
