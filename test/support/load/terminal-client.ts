import type { HttpClient } from './http-client.js';
import type { Journal, TerminalAnswer, TerminalCall } from './journal.js';
import { TERMINAL_PATH } from './server-process.js';

const UNSENT = Symbol('unsent');
const OTHER_PATH = '/api/v1/partners/service';

export interface Credentials {
  readonly login: string;
  readonly password: string;
  readonly currency: string;
}

/** The path and query of a call of the terminals' API. */
function terminalUrl(
  { login, password, currency }: Credentials,
  action: number,
  data: object,
  path = TERMINAL_PATH,
): string {
  const settings = JSON.stringify({ login, password, lang: 'en', currency });
  const query = new URLSearchParams({ action: String(action), settings, data: JSON.stringify(data) });
  return `${path}?${query}`;
}

/** A terminal that keeps what it asked and what it was told. */
export class TerminalClient {
  private calls = 0;

  constructor(
    private readonly http: HttpClient,
    private readonly journal: Journal,
  ) {}

  /** Makes one call and writes it down. Null: no complete answer came. */
  async call(from: Credentials, call: TerminalCall, scenario: string): Promise<TerminalAnswer | null> {
    const { action, ...data } = call;
    const sentAtMs = Date.now();
    const answer = await this.ask(from, action, data);
    // Nobody was there to take the call: nothing can have come of it.
    if (answer === UNSENT) return null;
    const exchange = { partner: from.login, call, scenario, sentAtMs, endedAtMs: Date.now(), answer };
    this.journal.exchanges.push(exchange);
    return answer;
  }

  /** One call that changes nothing, not written down. */
  async look(from: Credentials, action: number, data: object): Promise<TerminalAnswer | null> {
    const answer = await this.ask(from, action, data);
    return answer === UNSENT ? null : answer;
  }

  private async ask(
    from: Credentials,
    action: number,
    data: object,
  ): Promise<TerminalAnswer | null | typeof UNSENT> {
    // Both documented paths are in use.
    this.calls += 1;
    const path = this.calls % 2 === 0 ? TERMINAL_PATH : OTHER_PATH;
    const sending = this.http.send({ path: terminalUrl(from, action, data, path) });
    const reply = await sending.catch((error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' ? UNSENT : null,
    );
    if (reply === null || reply === UNSENT) return reply;
    const answer = parse(reply.body);
    if (reply.status === 200 && answer !== null) return answer;
    this.journal.malformed.push(`action ${action}: ${reply.status} ${reply.body.slice(0, 200)}`);
    return null;
  }
}

function parse(body: string): TerminalAnswer | null {
  try {
    const answer = JSON.parse(body) as TerminalAnswer;
    return typeof answer.code === 'string' && typeof answer.message === 'string' ? answer : null;
  } catch {
    return null;
  }
}
