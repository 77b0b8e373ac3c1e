type PlantedFile = readonly [path: string, text: string];

interface Planted {
  /** Each of them breaks the rule, or only all of them `together`. */
  readonly breaks: readonly PlantedFile[];
  readonly together?: true;
  /** What the rule must let pass. */
  readonly passes: readonly PlantedFile[];
}

/** Files made up to break each rule of `rules.ts`, by its name. */
export const PLANTED: Readonly<Record<string, Planted>> = {
  'the kernel stands alone': {
    breaks: [
      ['src/platform/kernel/a.ts', "import { x } from '../jobs/jobs.js';"],
      ['src/platform/kernel/b.ts', "import { Injectable } from '@nestjs/common';"],
    ],
    passes: [['src/platform/kernel/c.ts', "import { x } from './a.js';"]],
  },
  'the platform knows no context, no API and no process': {
    breaks: [
      ['src/platform/jobs/a.ts', "import { x } from '../../contexts/wallets/index.js';"],
      ['src/platform/jobs/b.ts', "export * from '../../apis/rest-v2/x.js';"],
      ['src/platform/jobs/c.ts', "import { x } from '../../processes/x.js';"],
      ['src/platform/jobs/d.ts', "import { x } from '../../../projections/wallets/x.js';"],
    ],
    passes: [['src/platform/jobs/e.ts', "import { x } from '../kernel/clock.js';"]],
  },
  'domain and events rest on the kernel and on their own context': {
    breaks: [
      ['src/contexts/wallets/domain/a.ts', "import { Injectable } from '@nestjs/common';"],
      ['src/contexts/wallets/domain/b.ts', "import { randomUUID } from 'node:crypto';"],
      ['src/contexts/wallets/domain/c.ts', "import { x } from '../commands/hold-funds.js';"],
      ['src/contexts/wallets/domain/d.ts', "import { Lot } from '../../inventory/index.js';"],
      ['src/contexts/wallets/events/e.ts', "import { x } from '../../../platform/jobs/jobs.js';"],
      ['src/contexts/wallets/domain/f.ts', "const x = await import('lmdb');"],
      ['src/contexts/wallets/domain/g.ts', "import type { X } from '../../inventory/domain/lot.js';"],
    ],
    passes: [
      ['src/contexts/wallets/domain/h.ts', "import { x } from '../events/wallet.events.js';"],
      ['src/contexts/wallets/domain/i.ts', "import { x } from '../limits.js';"],
      ['src/contexts/wallets/domain/j.ts', "import type { Lot } from '../../inventory/index.js';"],
      ['src/contexts/wallets/domain/k.ts', "import { type Lot } from '../../inventory/index.js';"],
      ['src/contexts/wallets/domain/l.ts', "import { Map } from 'immutable';"],
      ['src/contexts/wallets/domain/m.spec.ts', "import fc from 'fast-check';"],
    ],
  },
  'events do not import the domain': {
    breaks: [['src/contexts/wallets/events/a.ts', "import type { X } from '../domain/wallet.js';"]],
    passes: [['src/contexts/wallets/events/b.ts', "import { x } from './a.js';"]],
  },
  'a context is imported by its index': {
    breaks: [
      ['src/apis/rest-v2/a.ts', "import { x } from '../../contexts/wallets/commands/hold-funds.js';"],
      ['src/contexts/ordering/commands/b.ts', "import { x } from '../../wallets/domain/wallet.js';"],
      [
        'projections/wallets/c.ts',
        "import type { X } from '../../src/contexts/wallets/events/wallet.events.js';",
      ],
    ],
    passes: [
      ['src/apis/rest-v2/d.ts', "import { x } from '../../contexts/wallets/index.js';"],
      ['src/contexts/wallets/commands/e.ts', "import { x } from '../domain/wallet.js';"],
    ],
  },
  'contexts know no API, no process and no composition': {
    breaks: [
      ['src/contexts/wallets/queries/a.ts', "import { x } from '../../../apis/rest-v2/x.js';"],
      ['src/contexts/wallets/index.ts', "import { x } from '../../app.module.js';"],
    ],
    passes: [
      [
        'src/contexts/wallets/queries/b.ts',
        "import { x } from '../../../platform/read-store/read-store.js';",
      ],
    ],
  },
  'one API never imports another': {
    breaks: [['src/apis/rest-v2/a.ts', "import { x } from '../terminal-v1/x.js';"]],
    passes: [['src/apis/rest-v2/b.ts', "import { x } from './a.js';"]],
  },
  'processes know no API': {
    breaks: [['src/processes/a.ts', "import { x } from '../apis/rest-v2/x.js';"]],
    passes: [['src/processes/b.ts', "import { x } from '../contexts/wallets/index.js';"]],
  },
  'adapters are chosen in the composition root': {
    breaks: [
      ['src/contexts/wallets/index.ts', "import { x } from '../../platform/event-store/embedded/x.js';"],
      ['src/platform/jobs/bullmq/a.ts', "import { x } from '../embedded/x.js';"],
      ['src/main.ts', "import { x } from './platform/read-store/mongodb/x.js';"],
      ['test/apis/a.spec.ts', "import { x } from '../../src/platform/event-store/eventstoredb/x.js';"],
    ],
    passes: [
      ['src/app.module.ts', "import { x } from './platform/event-store/embedded/x.js';"],
      ['src/platform/read-store/embedded/b.ts', "import { x } from '../../event-store/embedded/x.js';"],
      ['test/contracts/c.spec.ts', "import { x } from '../../src/platform/jobs/bullmq/x.js';"],
    ],
  },
  'drivers are used by adapters alone': {
    breaks: [
      ['src/platform/projections/a.ts', "import { open } from 'lmdb';"],
      ['src/contexts/wallets/queries/b.ts', "import { Query } from 'mingo/query';"],
    ],
    passes: [['src/platform/event-store/embedded/c.ts', "import { open } from 'lmdb';"]],
  },
  'projections are definitions': {
    breaks: [
      ['projections/wallets/a.ts', "import { x } from '../../src/contexts/wallets/index.js';"],
      ['projections/wallets/b.ts', "import { x } from '../../src/platform/jobs/jobs.js';"],
      ['projections/wallets/c.ts', "import { x } from '@nestjs/common';"],
    ],
    passes: [
      ['projections/wallets/d.ts', "import type { X } from '../../src/contexts/wallets/index.js';"],
      ['projections/wallets/e.ts', "import { x } from '../../src/platform/projections/projection.js';"],
    ],
  },
  'the product does not import its tests': {
    breaks: [
      ['src/cli.ts', "import { x } from '../test/support/x.js';"],
      ['src/platform/jobs/a.ts', "import { x } from './b.spec.js';"],
    ],
    passes: [['src/platform/jobs/a.spec.ts', "import { x } from '../../../test/support/x.js';"]],
  },
  'contexts do not import each other in circles': {
    together: true,
    breaks: [
      ['src/contexts/wallets/commands/a.ts', "import { x } from '../../ordering/index.js';"],
      ['src/contexts/ordering/commands/b.ts', "import type { X } from '../../partners/index.js';"],
      ['src/contexts/partners/commands/c.ts', "import { x } from '../../wallets/index.js';"],
    ],
    passes: [
      ['src/contexts/wallets/commands/a.ts', "import { x } from '../../ordering/index.js';"],
      ['src/contexts/partners/commands/c.ts', "import { x } from '../../wallets/index.js';"],
    ],
  },
  'domain, events and projections are pure': {
    breaks: [
      ['src/contexts/wallets/domain/a.ts', 'export const now = () => Date.now();'],
      ['src/contexts/wallets/domain/b.ts', 'export const now = () => new Date().toISOString();'],
      ['src/contexts/wallets/events/c.ts', 'export const id = Math.random();'],
      ['projections/wallets/d.ts', 'export const id = crypto.randomUUID();'],
      ['src/contexts/wallets/domain/e.ts', 'export const zone = process.env.TZ;'],
      ['src/contexts/wallets/domain/f.ts', 'export const x = () => setTimeout(x, 5);'],
      ['src/contexts/wallets/domain/g.ts', 'export const now = new Date;'],
      ['src/contexts/wallets/domain/h.ts', 'export const text = `$' + '{Date.now()}`;'],
    ],
    passes: [
      [
        'src/contexts/wallets/domain/i.ts',
        "/** Date.now() is the clock's. */ // Math.random()\nexport const a = 'Date.now()';",
      ],
      ['src/contexts/wallets/domain/j.ts', 'export const at = (ms: number) => new Date(ms);'],
      ['src/platform/kernel/clock.ts', 'export const now = () => Date.now();'],
    ],
  },
  'only the entry files use import.meta': {
    breaks: [['src/platform/jobs/a.ts', 'export const here = import.meta.url;']],
    passes: [['src/main.ts', 'export const here = import.meta.url;']],
  },
  'no test is skipped or focused': {
    breaks: [
      ['src/platform/jobs/a.spec.ts', "it.skip('x', () => {});"],
      ['src/platform/jobs/b.spec.ts', "describe.only('x', () => {});"],
      ['src/platform/jobs/c.spec.ts', "fit('x', () => {});"],
      ['src/platform/jobs/d.spec.ts', "it.todo('x');"],
    ],
    passes: [['test/contracts/e.spec.ts', "describe.skip('not tested: no EVENTSTORE_URL', () => {});"]],
  },
  'what is made up by chance is as long as its test says': {
    breaks: [
      ['src/platform/jobs/a.spec.ts', "import fc from 'fast-check';\nfc.array(step, { maxLength: 60 });"],
      [
        'test/b.ts',
        "import fc from 'fast-check';\nfc.array(step, {\n  minLength: 20,\n  maxLength: 80,\n});",
      ],
    ],
    passes: [
      ['src/platform/jobs/c.spec.ts', "import fc from 'fast-check';\nfc.array(step, { maxLength: 10 });"],
      [
        'src/platform/jobs/d.spec.ts',
        "import fc from 'fast-check';\nfc.string({ maxLength: 60, size: 'max' });",
      ],
      ['src/platform/jobs/e.spec.ts', 'check({ maxLength: 60 });'],
    ],
  },
  "index.ts stands only at a context's root": {
    breaks: [
      ['src/platform/jobs/index.ts', ''],
      ['src/contexts/wallets/domain/index.ts', ''],
    ],
    passes: [['src/contexts/wallets/index.ts', '']],
  },
  'no source file is longer than 300 lines': {
    breaks: [['src/platform/jobs/a.ts', '\n'.repeat(301)]],
    passes: [['src/platform/jobs/b.ts', '\n'.repeat(300)]],
  },
};
