import { type PathFacts, whyNotAlive } from './dead-man.decide.js';

const WELL: PathFacts = {
  nowMs: 100_000,
  tickMovedAtMs: 99_000,
  rulesMovedAtMs: 95_000,
  deliveriesFailed: undefined,
  overdueEscalations: 0,
  isSpoolWritable: true,
};

describe('the dead-man switch', () => {
  it('is held while all of the path works', () => expect(whyNotAlive(WELL)).toBeUndefined());

  it.each<[Partial<PathFacts>, string]>([
    [{ tickMovedAtMs: undefined }, 'no tick comes'],
    [{ tickMovedAtMs: 84_999 }, 'no tick comes'],
    [{ rulesMovedAtMs: undefined }, 'the rules do not go on'],
    [{ rulesMovedAtMs: 84_999 }, 'the rules do not go on'],
    [{ deliveriesFailed: 'x' }, 'deliveries: x'],
    [{ overdueEscalations: undefined }, 'whether escalations are overdue cannot be read'],
    [{ overdueEscalations: 2 }, '2 escalations are overdue'],
    [{ isSpoolWritable: false }, 'the spool cannot be written'],
  ])('B17: is let go with %j', (change, because) => expect(whyNotAlive({ ...WELL, ...change })).toBe(because));
});
