import {
  baseUrl,
  cidrList,
  directory,
  driverUrl,
  hostMap,
  type Kind,
  masterKey,
  matching,
  oneOf,
  onOff,
  password,
  redisUrl,
  siteUrl,
  text,
  timeZone,
  url,
  wholeNumber,
} from './setting-kinds.js';

/**
 * `effective`: does what it says. `idle`: checked, without effect in this release. `refused`: checked, and a value
 * other than the default must stop the start, because ignoring it would put data where nobody looks for it.
 */
export type SettingSupport = 'effective' | 'idle' | 'refused';

export interface Setting<T> {
  readonly variable: string;
  readonly allowed: string;
  parse(text: string): T | undefined;
  /** Text of the default value; null: there is none. */
  readonly fallback: string | null;
  /** What happens where it is not set, for the documents; shown in place of the default. */
  readonly unset?: string;
  /** Secrets are never printed and may come from a file. */
  readonly secret?: boolean;
  readonly support: SettingSupport;
  readonly description: string;
}

type Extras = Partial<Pick<Setting<unknown>, 'unset' | 'secret' | 'support'>>;

const define = <T>(
  variable: string,
  kind: Kind<T>,
  fallback: string,
  description: string,
  extras: Extras = {},
): Setting<T> => ({ variable, ...kind, fallback, support: 'effective', ...extras, description });

const optional = <T>(
  variable: string,
  kind: Kind<T>,
  description: string,
  extras: Extras = {},
): Setting<T | null> => ({ variable, ...kind, fallback: null, support: 'effective', ...extras, description });

export const SURFACES = ['terminal-v1', 'rest-v2', 'cabinet', 'exchange', 'checkout', 'storefront'] as const;
/** Those that this release has: a host name of another one would be answered by none. */
const SERVED_SURFACES: readonly (typeof SURFACES)[number][] = ['terminal-v1', 'rest-v2'];

const MAX_TTL_SECONDS = 86_400;

/** Every setting, in the order of the documents. The variable's name, its check and its documents come from here alone. */
export const SETTINGS = {
  nodeEnv: define(
    'NODE_ENV',
    oneOf('development', 'test', 'production'),
    'development',
    'In production the master key must be given and no sandbox data is made.',
  ),
  host: define(
    'HOST',
    matching(/^[A-Za-z0-9.:_-]{1,253}$/, 'an IP address or a host name'),
    '127.0.0.1',
    'Address to listen on. The default answers this machine only; the container image sets 0.0.0.0.',
  ),
  port: define('PORT', wholeNumber(0, 65_535), '3000', 'TCP port to listen on; 0 takes a free one.'),
  publicUrl: optional('PUBLIC_URL', baseUrl, 'Where clients reach this server.', {
    unset: 'http://localhost:PORT, or the address in HOST',
  }),
  trustedProxies: define(
    'TRUSTED_PROXIES',
    cidrList,
    '',
    'Proxies whose X-Forwarded-For is believed. It decides whose address the IP allow-lists see.',
    { unset: 'none' },
  ),
  dataDir: define('DATA_DIR', directory, './data', 'Where the embedded engines keep their files.'),
  demo: optional('KEYFORGE_DEMO', onOff, 'Whether a first start makes a sandbox partner with DEMO- keys.', {
    unset: 'on, in production off',
  }),
  adminPassword: optional(
    'KEYFORGE_ADMIN_PASSWORD',
    password,
    'Password of the first admin, used when the data directory is empty.',
    { secret: true, unset: 'made at the first start and printed once' },
  ),
  masterKey: optional(
    'KEYFORGE_MASTER_KEY',
    masterKey,
    'Wraps all data keys. Losing it loses every key text in stock. `npm run cli -- keygen` makes one.',
    { secret: true, unset: 'made once in the data directory; must be given in production' },
  ),
  businessTimeZone: define(
    'BUSINESS_TIME_ZONE',
    timeZone,
    'Asia/Baku',
    'Where a day begins and ends, in statistics and for expiry dates.',
  ),
  reservationTtlSeconds: define(
    'RESERVATION_TTL_SECONDS',
    wholeNumber(1, MAX_TTL_SECONDS, 'seconds'),
    '600',
    'How long a reserved key waits for its confirmation.',
  ),
  releaseCooldownSeconds: define(
    'RELEASE_COOLDOWN_SECONDS',
    wholeNumber(0, MAX_TTL_SECONDS, 'seconds'),
    '0',
    'How long a key that came back from a reservation is not offered. It counts as available meanwhile.',
  ),
  defaultBillingMode: define(
    'DEFAULT_BILLING_MODE',
    oneOf('prepaid', 'postpaid'),
    'postpaid',
    'Billing of partners created without one.',
  ),
  defaultCreditLimit: optional(
    'DEFAULT_CREDIT_LIMIT',
    matching(/^\d{1,15}(\.\d{1,2})?$/, 'an amount such as 500.00'),
    'Credit limit of partners created without one, in their default currency.',
    { unset: 'none: postpaid is unlimited, prepaid buys from the balance alone' },
  ),
  streamNamespace: define(
    'STREAM_NAMESPACE',
    matching(/^[a-z][a-z0-9]{0,15}$/, 'a letter, then up to 15 letters and digits, lower case'),
    'kf',
    'First part of every stream name. Fixed for the life of a store.',
  ),
  logLevel: define(
    'LOG_LEVEL',
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    'info',
    'Lowest level that is logged.',
  ),
  metricsToken: optional(
    'METRICS_TOKEN',
    matching(/^[A-Za-z0-9._~+/=-]{16,200}$/, '16 to 200 letters, digits and ._~+/=-'),
    'Bearer token that /metrics asks for.',
    { secret: true, unset: 'none: /metrics answers this machine alone' },
  ),
  drainSeconds: define(
    'DRAIN_SECONDS',
    wholeNumber(0, 300),
    '0',
    'How long a server that was told to stop serves on while /readyz answers 503, so that load balancers notice.',
  ),
  role: define(
    'ROLE',
    oneOf('all', 'api', 'worker'),
    'all',
    'Which part of the product this process runs: `api` serves requests, `worker` folds read models and finishes what ' +
      'others began, `all` does both. `api` and `worker` need all three URLs below.',
  ),
  eventStoreUrl: optional(
    'EVENTSTORE_URL',
    driverUrl('esdb', 'esdb+discover', 'kurrentdb', 'kurrentdb+discover'),
    'EventStoreDB (21.10 or newer) or KurrentDB instead of the embedded log.',
    { secret: true, unset: 'embedded' },
  ),
  mongoDbUrl: optional(
    'MONGODB_URL',
    driverUrl('mongodb', 'mongodb+srv'),
    'MongoDB (6.0 or newer, a replica set) instead of the embedded stores of read models, data keys and idempotency keys.',
    { secret: true, unset: 'embedded' },
  ),
  redisUrl: optional(
    'REDIS_URL',
    redisUrl,
    'Redis (6.2 or newer): wake-ups by BullMQ instead of timers in memory, and one limit for all processes on guesses of ' +
      'passwords and codes. Set it to noeviction, with an append-only file.',
    { secret: true, unset: 'embedded' },
  ),
  ratesUrl: optional(
    'RATES_URL',
    siteUrl,
    'Daily rates, in the XML of the Central Bank of Azerbaijan. {date} stands for the day, as in ' +
      'https://www.cbar.az/currencies/{date}.xml.',
  ),
  resendApiKey: optional('RESEND_API_KEY', text, 'Sends mail through Resend.', {
    secret: true,
    unset: 'mail goes by SMTP_URL, or to the development mailbox at /dev/mailbox; in production it waits',
  }),
  resendUrl: define(
    'RESEND_URL',
    siteUrl,
    'https://api.resend.com',
    "Where Resend's API is, for a relay in between.",
  ),
  resendWebhookSecret: optional(
    'RESEND_WEBHOOK_SECRET',
    matching(
      /^whsec_(?:[A-Za-z0-9+/]{4}){4,60}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
      'the secret that Resend shows, whsec_ and what follows',
    ),
    'Checks what comes in at /api/webhooks/resend.',
    { secret: true, unset: 'nothing is taken there' },
  ),
  smtpUrl: optional('SMTP_URL', url('smtp', 'smtps'), 'Sends mail through an SMTP server.', {
    secret: true,
    unset: 'see RESEND_API_KEY',
  }),
  mailFrom: optional(
    'MAIL_FROM',
    matching(
      /^(?:[^\p{Cc}<>"@]{1,100} <[^\s<>"@]{1,64}@[A-Za-z0-9.-]{1,180}>|[^\s<>"@]{1,64}@[A-Za-z0-9.-]{1,180})$/u,
      'an address such as KeyForge <keys@example.com>',
    ),
    'Who mail is from. Must be given in production with RESEND_API_KEY or SMTP_URL.',
    { unset: 'KeyForge <keyforge@localhost>' },
  ),
  surfaceHosts: define(
    'SURFACE_HOSTS',
    hostMap(SERVED_SURFACES),
    '',
    'Host names that belong to one API surface.',
    {
      unset: 'none',
    },
  ),
  cabinetHosts: define(
    'CABINET_HOSTS',
    cidrList,
    '',
    "Cabinet servers whose word on their end user's address is believed.",
    { support: 'idle', unset: 'none' },
  ),
  webhookAllowPrivate: define(
    'WEBHOOK_ALLOW_PRIVATE',
    cidrList,
    '',
    'Private addresses that webhooks may be sent to.',
    { unset: 'none' },
  ),
  webhookAllowHttp: optional(
    'WEBHOOK_ALLOW_HTTP',
    onOff,
    'Whether webhooks may be sent without encryption.',
    {
      unset: 'on, in production off',
    },
  ),
} as const;
