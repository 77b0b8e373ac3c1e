import { Inject, Injectable, Logger } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { KeysUnreadable } from '../../contexts/ordering/index.js';
import {
  checkIp,
  PartnerDirectory,
  type PartnerState,
  TerminalAuthenticator,
} from '../../contexts/partners/index.js';
import { EventStoreError, type MaybePromise } from '../../platform/event-store/event-store.js';
import type { CommandContext } from '../../platform/execution/transaction.js';
import { InFlightLimit } from '../../platform/http/in-flight.js';
import { correlationOf } from '../../platform/http/request-id.js';
import { Turns } from '../../platform/http/turns.js';
import { Ids } from '../../platform/kernel/ids.js';
import { isRejection } from '../../platform/kernel/rejection.js';
import { tellingOutagesSeldom } from '../../platform/logging/seldom.js';
import { INVALID_DATA, type Means, mayRepeatSale, PERFORM } from './actions.js';
import { ANSWERS, type Answer, rateLimited } from './answers.js';
import { MAX_REQUESTS_IN_FLIGHT } from './limits.js';
import {
  type Action,
  allCurrencies,
  chooseCurrency,
  chooseLanguage,
  type Envelope,
  parseData,
  parseEnvelope,
  type Query,
} from './parse.js';
import { redact } from './redact.js';
import { NOTHING_HAPPENED } from './rejections.js';

/** Terminal requests being worked on. */
@Injectable()
export class TerminalInFlight extends InFlightLimit {
  constructor() {
    super(MAX_REQUESTS_IN_FLIGHT);
  }
}

/** What the composition root says. */
export abstract class TerminalSettings {
  abstract readonly publicUrl: string;
}

/** Where a request came from. */
export interface Caller {
  readonly address: string;
  readonly requestId: string;
}

interface Identified {
  readonly partnerId: string;
  readonly apiKeyId: string | null;
  readonly partner: PartnerState;
}

const isPromise = <T>(value: MaybePromise<T>): value is Promise<T> => value instanceof Promise;

const map = <T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> =>
  isPromise(value) ? value.then(next) : next(value);

/**
 * Answers terminal requests, in the documented order of checks: settings, action, login and password present,
 * throttle, credentials, status, IP, currency, `data`, its fields, access, then the work.
 *
 * Everything up to the work is synchronous for a partner that is known: this is the hottest path of the product.
 */
@Injectable()
export class TerminalService {
  private readonly log = new Logger('TerminalV1');
  private readonly means: Means;
  private readonly tellFailure = tellingOutagesSeldom(({ unsaid }, error, text: string, query: Query) => {
    const more = unsaid === undefined ? '' : `, and ${unsaid} since the line before`;
    this.log.error(text + more, redact(stackOf(error), query));
  });

  constructor(
    @Inject(CommandBus) commands: CommandBus,
    @Inject(QueryBus) queries: QueryBus,
    @Inject(TerminalAuthenticator) private readonly authenticator: TerminalAuthenticator,
    @Inject(PartnerDirectory) private readonly partners: PartnerDirectory,
    @Inject(Ids) private readonly ids: Ids,
    @Inject(TerminalInFlight) private readonly inFlight: TerminalInFlight,
    @Inject(Turns) private readonly turns: Turns,
    @Inject(TerminalSettings) { publicUrl }: TerminalSettings,
  ) {
    this.means = { commands, queries, publicUrl };
  }

  /** Never throws or rejects: what goes wrong is an answer and a line in the log. */
  answer(query: Query, caller: Caller): MaybePromise<Answer> {
    const envelope = parseEnvelope(query);
    if (typeof envelope === 'string') return ANSWERS[envelope];
    if (!this.inFlight.tryEnter()) return ANSWERS['0-13'];
    return this.turns.run(() => this.work(envelope, query, caller)).finally(() => this.inFlight.leave());
  }

  /** A failure while the partner is being identified means that this request did nothing; a later one depends. */
  private work(envelope: Envelope, query: Query, caller: Caller): MaybePromise<Answer> {
    const { action } = envelope;
    const commandId = this.ids.uuid();
    let begun = false;
    const failed = (error: unknown): Answer => {
      this.logFailure(error, action, query, `${caller.requestId}, command ${commandId}`);
      return failureAnswer(error, action, begun);
    };
    try {
      const answer = map(this.identify(envelope, caller), (identified) => {
        begun = true;
        if ('body' in identified) return identified;
        const ids = { commandId, correlationId: correlationOf(caller.requestId, commandId) };
        return this.proceed(envelope, query, identified, ids);
      });
      return isPromise(answer) ? answer.catch(failed) : answer;
    } catch (error) {
      return failed(error);
    }
  }

  /** Who is asking, or why not: throttle, credentials, status, IP. */
  private identify({ login, password }: Envelope, { address }: Caller): MaybePromise<Identified | Answer> {
    return map(this.authenticator.authenticate({ login, password, address }), (account) => {
      if (isRejection(account))
        return account.code === 'RateLimited' ? rateLimited(account) : ANSWERS['0-10'];
      return map(this.partners.find(account.partnerId), (partner) => {
        if (partner.status !== 'active') return ANSWERS['0-11'];
        if (!checkIp(partner, address)) return ANSWERS['0-14'];
        return { partnerId: account.partnerId, apiKeyId: account.apiKeyId ?? null, partner };
      });
    });
  }

  /** Currency, then `data`, then the action itself. */
  private proceed(
    { action, settings }: Envelope,
    query: Query,
    { partnerId, apiKeyId, partner }: Identified,
    ids: Pick<CommandContext, 'commandId' | 'correlationId'>,
  ): MaybePromise<Answer> {
    const data = parseData(query.data);
    const explicit = chooseCurrency(data?.currency, query.currency);
    // A reservation has its currency: what settings or the account say by now cannot keep it from its end.
    const isLocked = action === '4' || action === '5';
    const fallbacks = isLocked ? [] : [settings.currency];
    const currency =
      explicit === undefined ? chooseCurrency(...fallbacks, partner.defaultCurrency, 'AZN') : explicit;
    const lockedCurrencies = action === '4' ? allCurrencies(data?.currency, query.currency) : [];
    if (!currency || !lockedCurrencies) return ANSWERS['0-7'];
    const isAllowed = isLocked || partner.allowedCurrencies.includes(currency);
    if (!isAllowed && !mayRepeatSale(action, data)) return ANSWERS['0-7'];
    if (!data && INVALID_DATA[action]) return INVALID_DATA[action];

    const context: CommandContext = {
      commandId: ids.commandId,
      correlationId: ids.correlationId,
      actor: { kind: 'partner', id: partnerId },
      surface: 'terminal-v1',
    };
    const language = chooseLanguage(query.lang, settings.lang);
    return PERFORM[action](
      {
        context,
        partnerId,
        apiKeyId,
        data: data ?? {},
        currency,
        lockedCurrencies,
        language,
      },
      this.means,
    );
  }

  /** What all requests meet at once, as a server that is away, is told once in a while. */
  private logFailure(error: unknown, action: Action, query: Query, request: string): void {
    this.tellFailure(error, `action ${action} failed, request ${request}`, query);
  }
}

const MAX_CAUSES_LOGGED = 4;

/** With the stacks of its causes. */
function stackOf(error: unknown, causes = MAX_CAUSES_LOGGED): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  const hasCause = error.cause !== undefined && causes > 0;
  return hasCause ? `${stack}\ncaused by ${stackOf(error.cause, causes - 1)}` : stack;
}

/**
 * 0-99 makes a terminal repeat the order, which is safe whatever happened; reading is safe anyway. An order that this request
 * could not look for may have been sold by an earlier one, so that of it nothing is certain.
 */
function failureAnswer(error: unknown, action: Action, begun: boolean): Answer {
  const isReading = action === '1' || action === '2';
  const namesOrder = action === '4' || action === '6';
  const stored =
    error instanceof EventStoreError
      ? error.outcome
      : error instanceof KeysUnreadable
        ? 'nothing'
        : 'unknown';
  const didNothing = begun ? stored === 'nothing' : !namesOrder;
  return isReading || didNothing ? NOTHING_HAPPENED[action] : ANSWERS['0-99'];
}
