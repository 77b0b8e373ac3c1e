import { setImmediate as turn } from 'node:timers/promises';
import { AccountWorld } from '../../../../test/support/account-world.js';
import { memoryThrottles } from '../../../../test/support/memory-throttles.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { CODE_FAILURES_PER_WINDOW } from '../../../platform/security/limits.js';
import { newTotpSecret, totpCode, totpStep } from '../../../platform/security/totp.js';
import { FailureThrottle, FailureThrottles } from '../../../platform/throttle/failure-throttle.js';
import { StaffTotp } from './staff-totp.js';

/** Answers later, as one does that asks a server. */
class DistantThrottle extends FailureThrottle {
  constructor(private readonly near: FailureThrottle) {
    super();
  }

  isBlocked = async (key: string) => turn().then(() => this.near.isBlocked(key));
  fail = async (key: string) => turn().then(() => this.near.fail(key));
  succeed = async (key: string) => turn().then(() => this.near.succeed(key));
}

class DistantThrottles extends FailureThrottles {
  constructor(private readonly near: FailureThrottles) {
    super();
  }

  named: FailureThrottles['named'] = (...which) => new DistantThrottle(this.near.named(...which));
  close = () => this.near.close();
}

it('tries no more of the codes that are sent at once than of those that are sent one by one', async () => {
  const world = await AccountWorld.create();
  const { secrets } = world.node();
  const { clock } = world;
  const staffId = 'somebody';
  const secret = newTotpSecret();
  const made = await secrets.sealTotp({ kind: 'staff', id: staffId }, 'change', secret);
  const sealed = { ...made, lastStep: -1 };
  const totp = new StaffTotp(clock, secrets, new DistantThrottles(memoryThrottles(clock)));
  const wrong = (i: number) => totpCode(secret, totpStep(clock.now()) + 100 + i);

  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => totp.prove(staffId, sealed, wrong(i))),
  );
  const tried = answers.filter((answer) => isRejection(answer) && answer.code === 'WrongCode');
  expect(tried).toHaveLength(CODE_FAILURES_PER_WINDOW);
});
