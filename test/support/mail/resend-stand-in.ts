import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../load/random.js';

/** Of 100 messages, so many meet a fault, once each: the next attempt comes half a minute later. */
const FAULTS_IN_100 = 15;
const LONGEST_WORK_MS = 40;

type Fault = 'busy' | 'too-many' | 'reset-before' | 'reset-after' | 'cut-after' | 'failed-after';
const FAULTS: readonly Fault[] = [
  'busy',
  'too-many',
  'reset-before',
  'reset-after',
  'cut-after',
  'failed-after',
];

export interface Accepted {
  readonly key: string;
  readonly to: string;
}

/**
 * Resend's `POST /emails` as its documents have it: what comes again under an idempotency key is answered as before and
 * not sent again, another text under the same key is a mistake, and so is a second request while the first is worked on.
 * It fails before and after it took a message, now and then.
 */
export class ResendStandIn {
  /** What would go out, in the order in which it was taken. */
  readonly accepted: Accepted[] = [];
  readonly problems: string[] = [];
  requests = 0;
  private readonly bodies = new Map<string, string>();
  private readonly underWay = new Set<string>();
  private readonly faulty = new Set<string>();
  private readonly server = createServer((request, response) => void this.receive(request, response));

  constructor(private readonly random: Random) {}

  async listen(): Promise<string> {
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    let body = '';
    try {
      for await (const chunk of request) body += chunk;
    } catch {
      return;
    }
    const key = String(request.headers['idempotency-key']);
    if (this.underWay.has(key)) {
      answer(response, 409, { name: 'concurrent_idempotent_requests' });
      return;
    }
    this.underWay.add(key);
    await sleep(this.random.between(0, LONGEST_WORK_MS));
    this.work(key, body, response);
    this.underWay.delete(key);
  }

  private work(key: string, body: string, response: ServerResponse): unknown {
    const fault = this.faultOf(key);
    const { socket } = response;
    if (fault === 'busy') return answer(response, 503, {});
    if (fault === 'too-many') return answer(response, 429, {}, { 'retry-after': '1' });
    if (fault === 'reset-before') return socket?.resetAndDestroy();
    const before = this.bodies.get(key);
    if (before !== undefined && before !== body) {
      this.problems.push(`${key} came with two texts`);
      return answer(response, 409, { name: 'invalid_idempotent_request' });
    }
    if (before === undefined) {
      this.bodies.set(key, body);
      this.accepted.push({ key, to: String(JSON.parse(body).to[0]) });
    }
    if (fault === 'reset-after') return socket?.resetAndDestroy();
    if (fault === 'failed-after') return answer(response, 500, {});
    if (fault !== 'cut-after') return answer(response, 200, { id: `id-of-${key}` });
    response.writeHead(200, { 'content-length': '100' });
    return response.write('{"id":', () => socket?.destroy());
  }

  private faultOf(key: string): Fault | null {
    if (this.faulty.has(key) || this.random.between(1, 100) > FAULTS_IN_100) return null;
    this.faulty.add(key);
    return FAULTS[this.random.between(0, FAULTS.length - 1)]!;
  }
}

const answer = (response: ServerResponse, status: number, body: object, headers: object = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
