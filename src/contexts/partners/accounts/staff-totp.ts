import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/kernel/clock.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { CODE_FAILURE_WINDOW_MS, CODE_FAILURES_PER_WINDOW } from '../../../platform/security/limits.js';
import { matchingStep } from '../../../platform/security/totp.js';
import {
  blocked,
  type FailureThrottle,
  FailureThrottles,
} from '../../../platform/throttle/failure-throttle.js';
import type { TotpProof } from '../domain/staff.decider.js';
import type { SealedTotp } from '../events/staff.events.js';
import { AccountSecrets } from './account-secrets.js';

const CODE_FAILURES = { failures: CODE_FAILURES_PER_WINDOW, windowMs: CODE_FAILURE_WINDOW_MS };

/** Checks codes of authenticator apps. Wrong ones are counted per account: whoever guesses them has the password. */
@Injectable()
export class StaffTotp {
  private readonly throttle: FailureThrottle;

  constructor(
    private readonly clock: Clock,
    private readonly secrets: AccountSecrets,
    throttles: FailureThrottles,
  ) {
    this.throttle = throttles.named('one-time-code', CODE_FAILURES);
  }

  /** The member's stream has the last word on whether the code was used before. */
  async prove(
    staffId: string,
    totp: SealedTotp & { readonly lastStep: number },
    code: string,
  ): Promise<TotpProof | Rejection<'WrongCode' | 'RateLimited'>> {
    // Counted before it is looked at: of many codes that are sent at once no more are tried than one after the other.
    if ((await this.throttle.fail(staffId)) > CODE_FAILURES_PER_WINDOW) return blocked(CODE_FAILURES);
    const secret = await this.secrets.openTotp({ kind: 'staff', id: staffId }, totp);
    const step = matchingStep(secret, code, this.clock.now());
    // Neither does one that was used prove anything, nor may it let guesses begin anew.
    if (step === null || step <= totp.lastStep) return reject('WrongCode');
    await this.throttle.succeed(staffId);
    return { changeId: totp.changeId, step };
  }
}
