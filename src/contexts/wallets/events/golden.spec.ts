import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldEvents } from '../../../../test/support/given.js';
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import { Adjustment } from '../domain/adjustment.js';
import { TopUp } from '../domain/topup.js';
import { availableMinor, Wallet } from '../domain/wallet.js';
import type { AdjustmentEvent } from './adjustment.events.js';
import type { TopUpEvent } from './topup.events.js';
import type { WalletEvent } from './wallet.events.js';

/** A stored sample, exactly as the log holds it. */
function sample<E extends DomainEvent>(type: E['type']): E {
  return JSON.parse(readFileSync(join(__dirname, 'golden', `${type}.v1.json`), 'utf8')) as E;
}

// Complete by type: an event without a sample does not compile, one without a file does not run.
const wallet = {
  FundsHeld: sample<WalletEvent>('FundsHeld'),
  FundsCaptured: sample<WalletEvent>('FundsCaptured'),
  FundsReleased: sample<WalletEvent>('FundsReleased'),
  FundsCredited: sample<WalletEvent>('FundsCredited'),
  FundsDebited: sample<WalletEvent>('FundsDebited'),
} satisfies Record<WalletEvent['type'], WalletEvent>;
const topUp = {
  TopUpClaimed: sample<TopUpEvent>('TopUpClaimed'),
  TopUpCompleted: sample<TopUpEvent>('TopUpCompleted'),
} satisfies Record<TopUpEvent['type'], TopUpEvent>;

const adjustment = {
  AdjustmentClaimed: sample<AdjustmentEvent>('AdjustmentClaimed'),
  AdjustmentCompleted: sample<AdjustmentEvent>('AdjustmentCompleted'),
} satisfies Record<AdjustmentEvent['type'], AdjustmentEvent>;

describe('the stored samples fold into', () => {
  it('a balance', () => {
    const state = foldEvents(Wallet, [wallet.FundsCredited, wallet.FundsHeld, wallet.FundsDebited]);
    expect(state.postedMinor).toBe(970n);
    expect(state.heldMinor).toBe(1000n);
    expect(availableMinor(state)).toBe(-30n);
    expect(state.openReservations).toBe(1);
  });

  it('a hold that is gone once it was released, and a capture that debits without one', () => {
    const state = foldEvents(Wallet, [wallet.FundsHeld, wallet.FundsReleased, wallet.FundsCaptured]);
    expect(state.holds.size).toBe(0);
    expect(state.heldMinor).toBe(0n);
    expect(state.postedMinor).toBe(-1000n);
  });

  it('the same balance through a snapshot', () => {
    const state = foldEvents(Wallet, [wallet.FundsCredited, wallet.FundsHeld]);
    const json = JSON.parse(JSON.stringify(Wallet.snapshot!.encode(state)));
    const { operations, ...restored } = Wallet.snapshot!.decode(json as never, 1);
    const { operations: _, ...expected } = state;
    expect({ ...restored, holds: restored.holds.entries() }).toEqual({
      ...expected,
      holds: expected.holds.entries(),
    });
    expect(operations.since).toBe(2);
  });

  it('an adjustment', () => {
    const claimed = foldEvents(Adjustment, [adjustment.AdjustmentClaimed]);
    expect(claimed).toEqual({ status: 'claimed', claim: adjustment.AdjustmentClaimed.data });
    expect(foldEvents(Adjustment, Object.values(adjustment))).toEqual({ ...claimed, status: 'completed' });
  });

  it('a top-up', () => {
    expect(foldEvents(TopUp, [topUp.TopUpClaimed]).status).toBe('claimed');
    expect(foldEvents(TopUp, [topUp.TopUpClaimed, topUp.TopUpCompleted]).status).toBe('completed');
  });
});
