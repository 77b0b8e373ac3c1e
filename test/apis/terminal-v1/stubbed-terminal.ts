import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CommandBus, QueryBus } from '@nestjs/cqrs';
import { terminalV1Surface } from '../../../src/apis/terminal-v1/surface.js';
import { TerminalController } from '../../../src/apis/terminal-v1/terminal.controller.js';
import { TerminalService } from '../../../src/apis/terminal-v1/terminal.service.js';
import { KeysUnreadable } from '../../../src/contexts/ordering/index.js';
import {
  Partner,
  type PartnerDirectory,
  type PartnerState,
  type TerminalAuthenticator,
} from '../../../src/contexts/partners/index.js';
import { EventStoreError } from '../../../src/platform/event-store/event-store.js';
import { HttpAdapter } from '../../../src/platform/http/http-adapter.js';
import { InFlightLimit } from '../../../src/platform/http/in-flight.js';
import { Turns } from '../../../src/platform/http/turns.js';
import { SystemIds } from '../../../src/platform/kernel/ids.js';
import { reject } from '../../../src/platform/kernel/rejection.js';
import { createLogger } from '../../../src/platform/logging/logger.js';
import { NestLogger } from '../../../src/platform/logging/nest-logger.js';

/** What the context behind the terminals does with the one message of a request. */
export interface Outcome {
  readonly answer?: unknown;
  readonly refusal?: string;
  readonly storeError?: 'nothing' | 'unknown';
  readonly keysUnreadable?: true;
  readonly error?: string;
}

export const PASSWORD = 'c4n4ry-pa55';
const ACTIVE: PartnerState = { ...Partner.initial, exists: true, status: 'active' };

/** By login; the partner's id is its login. */
const PARTNERS: Readonly<Record<string, PartnerState>> = {
  paynet: ACTIVE,
  blocked: { ...ACTIVE, status: 'blocked' },
  inactive: { ...ACTIVE, status: 'inactive' },
  elsewhere: { ...ACTIVE, ipAllowlist: ['203.0.113.0/24'] },
  dollars: { ...ACTIVE, defaultCurrency: 'USD', allowedCurrencies: ['USD'] },
};

const authenticator: Pick<TerminalAuthenticator, 'authenticate'> = {
  authenticate: ({ login, password }: { login: string; password: string }) => {
    if (login === 'outage') throw new Error(`no answer for ${login} with ${password}`);
    if (login === 'throttled') return reject('RateLimited');
    const known = Object.hasOwn(PARTNERS, login) && password === PASSWORD;
    return known ? { partnerId: login, apiKeyId: null } : reject('AccessDenied');
  },
};

@Module({})
class StubbedModule {}

export interface SentMessage {
  readonly message: string;
  readonly content: Record<string, unknown>;
}

/** The terminal surface on the real HTTP platform, over contexts that do what they are told. */
export interface StubbedTerminal {
  readonly adapter: HttpAdapter;
  /** Lines logged so far. */
  readonly lines: string[];
  readonly sent: SentMessage[];
  /** Does what the next messages meet. */
  outcome: Outcome | (() => Promise<unknown>);
  close(): Promise<void>;
}

function perform(outcome: StubbedTerminal['outcome']): Promise<unknown> {
  if (typeof outcome === 'function') return outcome();
  if (outcome.refusal) return Promise.resolve(reject(outcome.refusal));
  if (outcome.storeError) {
    return Promise.reject(new EventStoreError('Unavailable', 'the store is away', outcome.storeError));
  }
  if (outcome.keysUnreadable) return Promise.reject(new KeysUnreadable(1, new Error('the data key is gone')));
  return outcome.error ? Promise.reject(new Error(outcome.error)) : Promise.resolve(outcome.answer);
}

export async function startStubbedTerminal(maximumInFlight = 100): Promise<StubbedTerminal> {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'trace' }, { write: (line) => lines.push(line) });
  const adapter = new HttpAdapter({
    settings: { trustedProxies: [], surfaceHosts: new Map() },
    surfaces: [terminalV1Surface],
    logger,
  });
  const terminal: StubbedTerminal = {
    adapter,
    lines,
    sent: [],
    outcome: {},
    close: () => adapter.close(),
  };
  const execute = (message: object): Promise<unknown> => {
    terminal.sent.push({ message: message.constructor.name, content: { ...message } });
    return perform(terminal.outcome);
  };
  const service = new TerminalService(
    { execute } as unknown as CommandBus,
    { execute } as unknown as QueryBus,
    authenticator as TerminalAuthenticator,
    { find: (partnerId: string) => PARTNERS[partnerId]! } as PartnerDirectory,
    new SystemIds(),
    new InFlightLimit(maximumInFlight),
    new Turns(),
    { publicUrl: 'https://shop.example' },
  );
  const module: DynamicModule = {
    module: StubbedModule,
    controllers: [TerminalController],
    providers: [{ provide: TerminalService, useValue: service }],
  };
  const app = await NestFactory.create(module, adapter, { logger: new NestLogger(logger) });
  await app.init();
  await adapter.getInstance().ready();
  return terminal;
}
