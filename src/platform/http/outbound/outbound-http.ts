import { isIP, type LookupFunction } from 'node:net';
import type { Client, Dispatcher } from 'undici';
import type { Cidr } from '../../config/cidr.js';
import { MAX_ADDRESSES, MAX_RESPONSE_BYTES, MAX_RESPONSE_HEADER_BYTES, SEND_TIMEOUT_MS } from './limits.js';
import { AddressPolicy } from './public-address.js';
import { dnsResolver, type Resolve } from './resolver.js';
import { parseTarget, type Target, type TargetProblem } from './target.js';

export interface OutboundOptions {
  /** Whether addresses may be http; else https alone. */
  readonly allowHttp: boolean;
  /** Ranges that may be reached although they are private. */
  readonly allowPrivate?: readonly Cidr[];
  /** Default: the name servers of the machine. */
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
}

export interface OutboundRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends the request: nobody waits for its answer any more. */
  readonly signal?: AbortSignal;
}

/** `refused`: not sent. `failed`: no whole answer came; the receiver may have got it all the same. */
export type OutboundResult =
  | { readonly outcome: 'answered'; readonly status: number; readonly start: Buffer }
  | { readonly outcome: 'refused'; readonly problem: TargetProblem }
  | { readonly outcome: 'failed'; readonly reason: 'timeout' | 'connection' | 'answer' };

interface Checked {
  readonly target: Target;
  readonly addresses: readonly string[];
}

/**
 * Sends POST requests to addresses that strangers chose. A name is looked up once, each of its addresses must be
 * allowed, and the connection goes to those alone, so that a name that answers differently the next time gains nothing.
 * Redirects are answers like any other, proxies of the environment are not used, and everything together takes at most
 * {@link SEND_TIMEOUT_MS}.
 */
export class OutboundHttp {
  private readonly policy: AddressPolicy;
  private readonly resolve: Resolve;

  constructor(private readonly options: OutboundOptions) {
    this.policy = new AddressPolicy(options.allowPrivate);
    this.resolve = options.resolve ?? dnsResolver();
  }

  /** What would keep a request from being sent there now; null: nothing. */
  async problemOf(url: string): Promise<TargetProblem | null> {
    const checked = await within(this.check(url), AbortSignal.timeout(this.timeoutMs)).catch(
      () => 'unresolvable' as const,
    );
    return typeof checked === 'string' ? checked : null;
  }

  async post(request: OutboundRequest): Promise<OutboundResult> {
    const ending = new AbortController();
    const timer = setTimeout(
      () => ending.abort(new DOMException('too late', 'TimeoutError')),
      this.timeoutMs,
    );
    const give = () => ending.abort();
    request.signal?.addEventListener('abort', give, { once: true });
    if (request.signal?.aborted) give();
    try {
      return await this.send(request, ending.signal);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', give);
    }
  }

  private async send({ url, headers, body }: OutboundRequest, signal: AbortSignal): Promise<OutboundResult> {
    let checked: Checked | TargetProblem;
    try {
      checked = await within(this.check(url), signal);
    } catch {
      return { outcome: 'failed', reason: 'timeout' };
    }
    if (typeof checked === 'string') return { outcome: 'refused', problem: checked };
    const { target, addresses } = checked;
    const { Client } = await import('undici');
    const client = new Client(target.url.origin, {
      connect: { lookup: pinnedTo(addresses), timeout: this.timeoutMs },
      headersTimeout: this.timeoutMs,
      bodyTimeout: this.timeoutMs,
      maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
    });
    try {
      const path = `${target.url.pathname}${target.url.search}`;
      return await exchange(client, { method: 'POST', path, headers, body, signal });
    } finally {
      // Whatever the receiver still has to say is not waited for.
      void client.destroy().catch(() => undefined);
    }
  }

  private get timeoutMs(): number {
    return this.options.timeoutMs ?? SEND_TIMEOUT_MS;
  }

  private async check(url: string): Promise<Checked | TargetProblem> {
    const target = parseTarget(url, this.options);
    if (typeof target === 'string') return target;
    const addresses = target.isAddress ? [target.host] : await this.resolve(target.host);
    if (addresses.length === 0 || addresses.length > MAX_ADDRESSES) return 'unresolvable';
    return addresses.every((address) => this.policy.allows(address))
      ? { target, addresses }
      : 'private-address';
  }
}

async function exchange(client: Client, request: Dispatcher.RequestOptions): Promise<OutboundResult> {
  let answer: Dispatcher.ResponseData;
  try {
    answer = await client.request(request);
  } catch (error) {
    return { outcome: 'failed', reason: timedOut(error) ? 'timeout' : 'connection' };
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_RESPONSE_BYTES) break;
    }
  } catch (error) {
    return { outcome: 'failed', reason: timedOut(error) ? 'timeout' : 'answer' };
  }
  const start = Buffer.concat(chunks).subarray(0, MAX_RESPONSE_BYTES);
  return { outcome: 'answered', status: answer.statusCode, start };
}

const timedOut = (error: unknown): boolean => {
  const { name, code } = error as { name?: string; code?: string };
  return name === 'TimeoutError' || /TIMEOUT/.test(code ?? '');
};

/** A look-up that knows only what was checked, whatever it is asked. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const wanted = found.filter(({ family }) => !options.family || options.family === family);
    const chosen = wanted[0] ?? found[0]!;
    if (options.all) callback(null, wanted.length > 0 ? wanted : found);
    else callback(null, chosen.address, chosen.family);
  };
}

/** Whichever comes first: the promise's result, or the signal. */
function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
