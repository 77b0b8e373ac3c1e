import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SentMail {
  readonly key: string;
  readonly to: string;
  readonly text: string;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
}

/** A provider in the same process, which answers when and as a test says. */
export class SlowProvider {
  readonly requests: SentMail[] = [];
  /** What is answered at once; null: nothing until {@link answer}. */
  status: number | null = 503;
  private readonly waiting: ServerResponse[] = [];
  private readonly server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { to, text, tags } = JSON.parse(body);
    this.requests.push({ key: String(request.headers['idempotency-key']), to: to[0], text, tags });
    if (this.status === null) this.waiting.push(response);
    else response.writeHead(this.status).end('{}');
  });

  async listen(): Promise<string> {
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Takes what waits, under this id. */
  answer(id: string): void {
    for (const response of this.waiting.splice(0)) response.writeHead(200).end(JSON.stringify({ id }));
  }

  /** What came for an address. */
  to(address: string): SentMail[] {
    return this.requests.filter(({ to }) => to === address);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
