import type { INestApplicationContext } from '@nestjs/common';
import {
  AccountDirectory,
  ADMIN_LOGIN,
  AdminAccount,
  type NewCredentials,
} from '../contexts/partners/index.js';
import type { Settings } from '../platform/config/settings.js';
import { DemoDesk } from './demo/demo-desk.js';
import { Sandbox, type SandboxOffer } from './demo/sandbox.js';

/** What a start made or found for people to begin with. */
export interface FirstStart {
  /** The admin's credentials if this start made the account. */
  readonly admin: NewCredentials | null;
  /** How to buy a demo key; null if there is no sandbox, or the settings want none. */
  readonly sandbox: SandboxOffer | null;
  /** A sandbox is there although the settings want none. */
  readonly hasForgottenSandbox: boolean;
}

export const NOTHING_MADE: FirstStart = { admin: null, sandbox: null, hasForgottenSandbox: false };

/**
 * Makes at the first start what nobody has made yet: the sandbox, then the admin, whose account marks the end of the
 * first start, so that a crash on the way makes the next start the first again. Later starts keep the sandbox stocked.
 */
export async function firstStart(app: INestApplicationContext, settings: Settings): Promise<FirstStart> {
  const sandbox = new Sandbox(new DemoDesk(app));
  const hasAdmin = (await app.get(AccountDirectory).findByLogin(ADMIN_LOGIN)) !== null;
  if (settings.demo && !hasAdmin) await sandbox.create();
  const offer = settings.demo ? await sandbox.open() : null;
  const hasForgottenSandbox = !settings.demo && (await sandbox.isOpen());
  // Last: its password is shown once, by a start that came to its end.
  const admin = await app.get(AdminAccount).ensure(settings.adminPassword);
  return { admin, sandbox: offer, hasForgottenSandbox };
}
