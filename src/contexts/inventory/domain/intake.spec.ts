import { foldEvents } from '../../../../test/support/given.js';
import type { IntakeEvent } from '../events/intake.events.js';
import { type AnnounceLot, announceLot, Intake } from './intake.js';

const announced = (lot: number, announcement = `a${lot}`): IntakeEvent => ({
  type: 'LotAnnounced',
  data: { lot, announcement, package: 'p', keys: 3 },
});
const command = (lot: number, announcement = 'mine'): AnnounceLot => ({
  lot,
  announcement,
  package: 'p',
  keys: 3,
  counted: [],
});
const noStanding = (): string => {
  throw new Error('asked for an announcement that is not there');
};

describe('announcing a lot', () => {
  it('takes the number after the last one', () => {
    expect(announceLot(Intake.initial, command(1), noStanding)).toEqual({
      kind: 'announce',
      event: announced(1, 'mine'),
    });
    const two = foldEvents(Intake, [announced(1), announced(2)]);
    expect(announceLot(two, command(3), noStanding)).toMatchObject({ kind: 'announce' });
  });

  it('carries the lines of an import', () => {
    const lines = { id: 'i', fromLine: 1, toLine: 9 };
    expect(announceLot(Intake.initial, { ...command(1), import: lines }, noStanding)).toMatchObject({
      event: { data: { import: lines } },
    });
  });

  it('does not skip a number', () => {
    expect(announceLot(foldEvents(Intake, [announced(1)]), command(3), noStanding)).toEqual({
      kind: 'moved',
    });
  });

  it('does not take a number that somebody else announced', () => {
    expect(announceLot(foldEvents(Intake, [announced(1)]), command(1), () => 'a1')).toEqual({
      kind: 'moved',
    });
  });

  it('is refused when a lot that it counted on is somebody else’s, or too far back to tell', () => {
    const state = foldEvents(
      Intake,
      Array.from({ length: 30 }, (_, index) => announced(index + 1)),
    );
    const counting = (...lots: [lot: number, announcement: string][]) =>
      announceLot(
        state,
        { ...command(31), counted: lots.map(([lot, announcement]) => ({ lot, announcement })) },
        noStanding,
      ).kind;
    expect(counting([30, 'a30'], [28, 'a28'])).toBe('announce');
    expect(counting([30, 'a30'], [29, 'other'])).toBe('moved');
    expect(counting([2, 'a2'])).toBe('moved');
  });

  it('finds its own announcement again, also when others came after it', () => {
    const state = foldEvents(Intake, [announced(1, 'mine'), announced(2)]);
    expect(announceLot(state, command(1), () => 'mine')).toEqual({ kind: 'announced' });
  });
});
