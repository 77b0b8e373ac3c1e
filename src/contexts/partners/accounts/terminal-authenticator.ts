import { Injectable } from '@nestjs/common';
import type { MaybePromise } from '../../../platform/event-store/event-store.js';
import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import type { CredentialRejection, Credentials } from '../../../platform/security/credential-checks.js';
import type { AccountRef } from '../events/claim.events.js';
import { AccountCredentials } from './account-credentials.js';

export interface TerminalIdentity {
  /** UUID. */
  readonly partnerId: string;
  /** UUID of the API key that was used, if one was. */
  readonly apiKeyId?: string | null;
}

/** Tells which partner a terminal belongs to. */
@Injectable()
export class TerminalAuthenticator {
  constructor(private readonly credentials: AccountCredentials) {}

  /** At once, without a promise, when the credentials are remembered. Status and address are the caller's to check. */
  authenticate(credentials: Credentials): MaybePromise<TerminalIdentity | CredentialRejection> {
    const checked = this.credentials.check(credentials);
    return checked instanceof Promise ? checked.then(identityOf) : identityOf(checked);
  }
}

/** Staff have no terminals. */
function identityOf(checked: AccountRef | CredentialRejection): TerminalIdentity | CredentialRejection {
  if (isRejection(checked)) return checked;
  return checked.kind === 'partner' ? { partnerId: checked.id } : reject('AccessDenied');
}
