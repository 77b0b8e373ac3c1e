import { Agent, request } from 'node:http';

/** Longest wait for a complete answer: far beyond what a working server needs. */
const TIMEOUT_MS = 20_000;

export interface HttpReply {
  readonly status: number;
  readonly body: string;
}

export interface HttpCall {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Calls one server on this machine, or several in turn, over connections that stay open. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true, scheduling: 'fifo' });

  private calls = 0;

  /** @param ports one server, or several that are asked in turn */
  constructor(private readonly ports: number | readonly number[]) {}

  /** @throws when no complete answer came: what became of the call is then unknown. */
  send({ method = 'GET', path, headers = {}, body }: HttpCall): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const { agent } = this;
      const port = this.nextPort();
      const sending = request({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (!response.complete) reject(new Error('the answer was cut off'));
          else resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        });
        // A server that dies between the head and the end of its answer says so with `close` alone.
        response.on('close', () => reject(new Error('the answer was cut off')));
      });
      sending.setTimeout(TIMEOUT_MS, () => sending.destroy(new Error('no answer in time')));
      sending.on('error', reject);
      sending.end(body);
    });
  }

  private nextPort(): number {
    if (typeof this.ports === 'number') return this.ports;
    this.calls += 1;
    return this.ports[this.calls % this.ports.length]!;
  }

  close(): void {
    this.agent.destroy();
  }
}
