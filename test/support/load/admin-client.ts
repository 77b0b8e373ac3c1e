import type { HttpClient, HttpReply } from './http-client.js';

/** An operator who sets things up over REST v2. */
export class AdminClient {
  private token = '';

  constructor(private readonly http: HttpClient) {}

  async login(login: string, password: string): Promise<void> {
    const { accessToken } = await this.post<{ accessToken: string }>('/api/auth/login', { login, password });
    this.token = accessToken;
  }

  /** @returns the answer's `data`. @throws when the answer is no success, or none came. */
  post<T>(path: string, body: object): Promise<T> {
    return this.call('POST', path, body);
  }

  put<T>(path: string, body: object): Promise<T> {
    return this.call('PUT', path, body);
  }

  get<T>(path: string): Promise<T> {
    return this.call('GET', path);
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const reply: HttpReply = await this.http.send({
      method,
      path,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (reply.status >= 300)
      throw new Error(`${method} ${path}: ${reply.status} ${reply.body.slice(0, 300)}`);
    return (JSON.parse(reply.body) as { data: T }).data;
  }
}
