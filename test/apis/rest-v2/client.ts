import type { FastifyInstance } from 'fastify';
import { ApiContract } from '../../support/api-contract.js';
import type { TestApp } from '../../support/app.js';

const CONTRACT = new ApiContract();

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests themselves.
  readonly body: any;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Calls REST v2 of an application in the same process, as one user. Every answer must be as the API describes it. */
export class Client {
  constructor(
    private readonly app: TestApp,
    readonly token: string | null = null,
  ) {}

  async call(
    method: Method,
    path: string,
    payload?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const raw =
      typeof payload === 'string' ? payload : payload === undefined ? undefined : JSON.stringify(payload);
    const response = await this.app.adapter.getInstance<FastifyInstance>().inject({
      method,
      url: `/api${path}`,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(raw === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      payload: raw,
    });
    const { statusCode: status, body } = response;
    const contentType = String(response.headers['content-type'] ?? '');
    const { headers: answered } = response;
    CONTRACT.check({ method, url: `/api${path}`, status, contentType, body, headers: answered });
    return { status, headers: answered, body: body ? JSON.parse(body) : null };
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }
  post(path: string, payload: unknown): Promise<Answer> {
    return this.call('POST', path, payload);
  }
  put(path: string, payload: unknown): Promise<Answer> {
    return this.call('PUT', path, payload);
  }

  /** What a successful creation answered. */
  async create(path: string, payload: unknown): Promise<Answer['body']> {
    const { status, body } = await this.post(path, payload);
    if (status !== 201) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
    return body.data;
  }

  async login(login: string, password: string): Promise<Client> {
    const { status, body } = await this.post('/auth/login', { login, password });
    if (status !== 200) throw new Error(`login answered ${status}`);
    return new Client(this.app, body.data.accessToken);
  }
}
