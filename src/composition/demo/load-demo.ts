import { Package } from '../../contexts/catalog/index.js';
import { OperationRefused } from '../operations/operation-types.js';
import type { DemoDesk } from './demo-desk.js';
import { type DemoPartner, PARTNERS } from './demo-goods.js';
import { type HistoryCounts, SALES, sellSome } from './demo-history.js';
import {
  addKeys,
  CATALOG_STEPS,
  createCatalog,
  DEMO_PACKAGES,
  PARTNER_STEPS,
  registerPartner,
  setMissingRates,
  topUpAgain,
} from './demo-shop.js';

export interface DemoLoaded extends HistoryCounts {
  readonly packages: number;
  readonly addedKeys: number;
  /** Logins of the partners; their password is the sandbox partner's. */
  readonly partners: readonly string[];
  readonly password: string;
}

/** Waits until what was written can be found by number. */
export type CatchUp = () => Promise<void>;

/** Says what is being done and how far it is. */
export type OnStep = (stage: string, done: number, total: number) => void;

/**
 * Loads a shop to look at: catalogue, rates, keys, partners with balances, and a day's sales. Loading again, also after
 * an interruption, adds what is missing alone.
 */
export async function loadDemo(desk: DemoDesk, catchUp: CatchUp, onStep: OnStep): Promise<DemoLoaded> {
  const counting = (stage: string, total: number): (() => void) => {
    let done = 0;
    onStep(stage, done, total);
    return () => {
      done += 1;
      onStep(stage, done, total);
    };
  };
  if ((await desk.load(Package, DEMO_PACKAGES[0]!.id)).deleted) {
    throw new OperationRefused('demo data was removed from this data directory and cannot come back');
  }
  await setMissingRates(desk);
  await createCatalog(desk, counting('Catalogue', CATALOG_STEPS));

  const keysDone = counting('Keys', DEMO_PACKAGES.length);
  let addedKeys = 0;
  for (const pkg of DEMO_PACKAGES) {
    addedKeys += await addKeys(desk, pkg);
    keysDone();
  }

  const partnersDone = counting('Partners', PARTNER_STEPS);
  const partners = new Map<DemoPartner, string>();
  for (const partner of PARTNERS) {
    partners.set(partner, await registerPartner(desk, partner));
    partnersDone();
  }

  await catchUp();
  const history = await sellSome(desk, partners, counting('Sales', SALES));
  await topUpAgain(desk, partners, counting('Top-ups', PARTNER_STEPS));
  return {
    ...history,
    packages: DEMO_PACKAGES.length,
    addedKeys,
    partners: PARTNERS.map(({ login }) => login),
    password: desk.password,
  };
}
